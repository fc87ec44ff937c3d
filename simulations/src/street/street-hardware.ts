import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AcceleratedTime, DeviceProtocol, EpochMs, Logger } from "@commonwatt/vpp-core";
import type { EmulatorInit, HardwareAddress } from "./emulator-messages.ts";
import { type KeptEmulator, keepEmulator } from "./kept-emulator.ts";
import type { EmulatedStreet } from "./street.ts";

/** Which hardware to start, and where. */
export interface StreetHardwareOptions {
  readonly street: EmulatedStreet;
  /** Where the hardware's clock stands until `go`; state saved earlier is brought up to here. */
  readonly startMs: EpochMs;
  /** Where state and certificates are kept. */
  readonly directory: string;
  readonly logger: Logger;
  /** The interface that the servers listen on; this machine only by default. */
  readonly host?: string;
  /** The Modbus port of the first home, the next ones follow; free ports by default. */
  readonly modbusBasePort?: number;
  /** The port of the OPC UA server; a free one by default. */
  readonly opcuaPort?: number;
}

/** The emulated hardware of a street, running in processes of its own. */
export interface StreetHardware {
  /** How every home's hardware is reached, in the order of the homes. */
  readonly devices: readonly HardwareAddress[];
  /** Lets the hardware's clock run. */
  go(time: AcceleratedTime): void;
  /** Saves all state and ends the processes. */
  stop(): Promise<void>;
}

/**
 * Starts the hardware of a street: one process for Modbus, with a server for each home, and one for OPC UA.
 * A process that ends by itself is logged and started again; the rest of the street goes on.
 * @throws CommonwattError `PROCESS_START_FAILED` when a port is taken or saved state cannot be used.
 */
export async function startStreetHardware(options: StreetHardwareOptions): Promise<StreetHardware> {
  const { street } = options;
  await mkdir(options.directory, { recursive: true });
  const protocols = [...new Set(street.homes.map((home) => home.protocol))];
  const started = await Promise.allSettled(protocols.map((protocol) => startEmulator(options, protocol)));
  const emulators = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(emulators.map((emulator) => emulator.stop()));
  };
  for (const result of started) {
    if (result.status === "rejected") {
      await stop();
      throw result.reason;
    }
  }
  const ready = emulators.flatMap((emulator) => emulator.addresses);
  const order = new Map(street.homes.map((home, index) => [home.id, index]));
  const place = (device: HardwareAddress): number => order.get(device.homeId) ?? 0;
  return {
    devices: ready.sort((a, b) => place(a) - place(b)),
    go: (time) => {
      for (const emulator of emulators) emulator.go(time);
    },
    stop,
  };
}

function startEmulator(options: StreetHardwareOptions, protocol: DeviceProtocol): Promise<KeptEmulator> {
  const { street, startMs, directory, logger, modbusBasePort, opcuaPort } = options;
  const basePort = protocol === "modbus" ? modbusBasePort : opcuaPort;
  const init: EmulatorInit = {
    protocol,
    street,
    startMs,
    directory,
    pkiDirectory: join(directory, "pki"),
    host: options.host ?? "127.0.0.1",
    ports: basePort === undefined ? [] : street.homes.map((_, index) => basePort + index),
  };
  return keepEmulator(init, logger);
}
