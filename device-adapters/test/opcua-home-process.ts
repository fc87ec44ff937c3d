import { serveChild, systemClock } from "@commonwatt/vpp-core";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import { startOpcuaEmulator } from "../src/emulator/opcua-emulator.ts";

/** What the process is told. */
export interface BenchHomeInit {
  readonly port: number;
  readonly pkiDirectory: string;
}

serveChild(async ({ port, pkiDirectory }: BenchHomeInit) => {
  const emulator = await startOpcuaEmulator({
    port,
    pkiDirectory,
    clock: systemClock,
    homes: [
      {
        name: "home-1",
        plant: new BenchPlant({ startMs: systemClock.now() }),
        identity: { manufacturer: "Acme", model: "Gateway", serialNumber: "S1", firmware: "1" },
      },
    ],
  });
  return { ready: { port: emulator.port }, stop: () => emulator.close() };
});
