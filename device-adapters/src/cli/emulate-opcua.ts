import { systemClock } from "@commonwatt/vpp-core";
import { BenchPlant } from "../emulator/bench-plant.ts";
import type { Fault, NetworkFaultName } from "../emulator/faults/fault.ts";
import { networkFaultOf } from "../emulator/faults/fitting-faults.ts";
import { runNetworkFaults } from "../emulator/faults/network-faults.ts";
import { startRelay } from "../emulator/faults/tcp-relay.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { trustCertificate } from "../opcua/application-certificate.ts";
import type { EmulateOptions, Emulation } from "./emulation.ts";

/** The home on an OPC UA server, unless told otherwise. */
const DEFAULTS = { port: 4840, home: "home-1", pki: "opcua-pki" };

type OpcuaOptions = typeof DEFAULTS & { readonly host: string };

/** Emulates the OPC UA server of a home with PV and a battery (SignAndEncrypt only). */
export async function emulateOpcua({
  host,
  trust = [],
  fault = [],
  ...given
}: EmulateOptions): Promise<Emulation> {
  const faults = fault.map(networkFaultOf);
  const { port = DEFAULTS.port, home = DEFAULTS.home, pki = DEFAULTS.pki } = given;
  const options = { host, port, home, pki };
  for (const certificate of trust) await trustCertificate(pki, certificate);
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const served = faults.length === 0 ? await serve(options, plant) : await serveBadly(options, plant, faults);
  const { endpointUrl, certificateFile, close } = served;
  return {
    listening: { event: "listening", protocol: "opcua", endpointUrl, home, certificateFile },
    text: textOf(served, options),
    summary: () => ({ endpointUrl }),
    close,
  };
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

function textOf({ endpointUrl, certificateFile }: Served, { home, pki }: OpcuaOptions): string {
  return [
    `The OPC UA server of ${home} listens on ${endpointUrl}.`,
    `Its certificate, for clients to trust: ${certificateFile}`,
    `It serves clients whose certificate lies in ${pki}/trusted/certs (or is named with --trust).`,
  ].join("\n");
}
