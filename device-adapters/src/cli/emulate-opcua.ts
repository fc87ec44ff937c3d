import { systemClock, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { BenchPlant } from "../emulator/bench-plant.ts";
import type { Fault, NetworkFaultName } from "../emulator/faults/fault.ts";
import { parseNetworkFault, runNetworkFaults } from "../emulator/faults/network-faults.ts";
import { startRelay } from "../emulator/faults/tcp-relay.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { trustCertificate } from "../opcua/application-certificate.ts";
import { repeated } from "./repeated-option.ts";
import { untilInterrupted } from "./until-interrupted.ts";

interface OpcuaOptions {
  readonly host: string;
  readonly port: number;
  readonly home: string;
  readonly pki: string;
  readonly trust?: readonly string[];
  readonly fault?: readonly Fault<NetworkFaultName>[];
  readonly json?: boolean;
}

/** `commonwatt emulate opcua`: an OPC UA server of one home with PV and battery, until Ctrl-C. */
export function configureOpcua(command: Command): void {
  command
    .description("emulate the OPC UA server of a home with PV and battery (SignAndEncrypt, Basic256Sha256)")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "TCP port; 0 takes a free one", wholeNumber(0, 65_535), 4840)
    .option("--home <name>", "name of the home's object", "home-1")
    .option("--pki <folder>", "folder for the server's certificate and the trusted ones", "opcua-pki")
    .option("--trust <certificate...>", "certificate files, PEM or DER, of clients to trust from now on")
    .option(
      "--fault <name[:parameter]>",
      "something that goes wrong; may be repeated",
      repeated(parseNetworkFault),
    )
    .option("--json", "say where it listens as one line of JSON")
    .action((options: OpcuaOptions) => emulateOpcua(options));
}

async function emulateOpcua(options: OpcuaOptions): Promise<void> {
  const { pki, home, fault: faults = [] } = options;
  for (const certificate of options.trust ?? []) await trustCertificate(pki, certificate);
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const served = faults.length === 0 ? await serve(options, plant) : await serveBadly(options, plant, faults);
  process.stdout.write(`${options.json === true ? asJson(served, home) : asText(served, options)}\n`);
  await untilInterrupted();
  await served.close();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ event: "summary", endpointUrl: served.endpointUrl })}\n`);
  }
}

type Served = Pick<OpcuaEmulator, "endpointUrl" | "certificateFile" | "close">;

function serve({ host, port, home, pki }: OpcuaOptions, plant: BenchPlant): Promise<OpcuaEmulator> {
  const identity = {
    manufacturer: "Commonwatt",
    model: "Bench Gateway 8",
    serialNumber: "BENCH-GATEWAY-1",
    firmware: "1.0",
  };
  const homes = [{ name: home, plant, identity }];
  return startOpcuaEmulator({ host, port, clock: systemClock, pkiDirectory: pki, homes });
}

/** Puts a bad network before the server, which then listens for that network alone. */
async function serveBadly(
  options: OpcuaOptions,
  plant: BenchPlant,
  faults: readonly Fault<NetworkFaultName>[],
): Promise<Served> {
  const { host, port } = options;
  const hidden = { ...options, host: "127.0.0.1" };
  let emulator = await serve({ ...hidden, port: 0 }, plant);
  const { certificateFile, port: hiddenPort } = emulator;
  const relay = await startRelay(hiddenPort, { host, port });
  const endFaults = runNetworkFaults(faults, relay, async () => {
    await emulator.close();
    emulator = await serve({ ...hidden, port: hiddenPort }, plant);
  });
  return {
    endpointUrl: `opc.tcp://${host}:${relay.port}`,
    certificateFile,
    close: async () => {
      await endFaults();
      await relay.close();
      await emulator.close();
    },
  };
}

function asJson({ endpointUrl, certificateFile }: Served, home: string): string {
  return JSON.stringify({ event: "listening", protocol: "opcua", endpointUrl, home, certificateFile });
}

function asText({ endpointUrl, certificateFile }: Served, { home, pki }: OpcuaOptions): string {
  return [
    `The OPC UA server of ${home} listens on ${endpointUrl}.`,
    `Its certificate, for clients to trust: ${certificateFile}`,
    `It serves clients whose certificate lies in ${pki}/trusted/certs (or is named with --trust).`,
    "Ctrl-C ends it.",
  ].join("\n");
}
