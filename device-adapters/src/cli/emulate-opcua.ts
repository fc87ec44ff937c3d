import { systemClock, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { trustCertificate } from "../opcua/application-certificate.ts";
import { untilInterrupted } from "./until-interrupted.ts";

interface OpcuaOptions {
  readonly host: string;
  readonly port: number;
  readonly home: string;
  readonly pki: string;
  readonly trust?: readonly string[];
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
    .option("--json", "say where it listens as one line of JSON")
    .action((options: OpcuaOptions) => emulateOpcua(options));
}

async function emulateOpcua(options: OpcuaOptions): Promise<void> {
  const { host, port, home, pki } = options;
  for (const certificate of options.trust ?? []) await trustCertificate(pki, certificate);
  const emulator = await startOpcuaEmulator({
    host,
    port,
    clock: systemClock,
    pkiDirectory: pki,
    homes: [
      {
        name: home,
        plant: new BenchPlant({ startMs: systemClock.now() }),
        identity: {
          manufacturer: "Commonwatt",
          model: "Bench Gateway 8",
          serialNumber: "BENCH-GATEWAY-1",
          firmware: "1.0",
        },
      },
    ],
  });
  process.stdout.write(`${options.json === true ? asJson(emulator, home) : asText(emulator, options)}\n`);
  await untilInterrupted();
  await emulator.close();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ event: "summary", endpointUrl: emulator.endpointUrl })}\n`);
  }
}

function asJson({ endpointUrl, certificateFile }: OpcuaEmulator, home: string): string {
  return JSON.stringify({ event: "listening", protocol: "opcua", endpointUrl, home, certificateFile });
}

function asText({ endpointUrl, certificateFile }: OpcuaEmulator, { home, pki }: OpcuaOptions): string {
  return [
    `The OPC UA server of ${home} listens on ${endpointUrl}.`,
    `Its certificate, for clients to trust: ${certificateFile}`,
    `It serves clients whose certificate lies in ${pki}/trusted/certs (or is named with --trust).`,
    "Ctrl-C ends it.",
  ].join("\n");
}
