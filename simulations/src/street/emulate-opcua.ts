import { join } from "node:path";
import { provisionTrust, startOpcuaEmulator } from "@commonwatt/device-adapters";
import type { Clock } from "@commonwatt/vpp-core";
import type { EmulatorInit, OpcuaHardware } from "./emulator-messages.ts";
import { identityOf } from "./hardware-identity.ts";
import type { KeptPlant } from "./kept-plants.ts";

/**
 * Starts one OPC UA server that holds all given homes, as a gateway in the street's cabinet would. Server and
 * clients are introduced to each other as an installer would do it: by certificates put in place beforehand.
 */
export async function emulateOpcua(
  init: EmulatorInit,
  plants: readonly KeptPlant[],
  clock: Clock,
): Promise<{ addresses: readonly OpcuaHardware[]; close(): Promise<void> }> {
  const serverPkiDirectory = join(init.pkiDirectory, "server");
  const clientPkiDirectory = join(init.pkiDirectory, "client");
  const { serverCertificateFile } = await provisionTrust({ serverPkiDirectory, clientPkiDirectory });
  const server = await startOpcuaEmulator({
    host: init.host,
    port: init.ports[0] ?? 0,
    clock,
    pkiDirectory: serverPkiDirectory,
    homes: plants.map(({ home, plant }) => ({
      name: home.id,
      plant,
      identity: identityOf(home, init.street.seed, "inverter"),
    })),
  });
  return {
    addresses: plants.map(({ home }) => ({
      protocol: "opcua",
      homeId: home.id,
      endpointUrl: server.endpointUrl,
      name: home.id,
      clientPkiDirectory,
      serverCertificateFile,
    })),
    close: () => server.close(),
  };
}
