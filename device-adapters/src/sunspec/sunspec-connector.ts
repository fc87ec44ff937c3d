import type { Device, DeviceConnector, DeviceContext, DeviceId } from "@commonwatt/vpp-core";
import { holdConnection } from "../modbus/connection-pool.ts";
import { SunSpecDevice } from "./sunspec-device.ts";
import { SunSpecSession } from "./sunspec-session.ts";

/** Where a SunSpec device is reached over Modbus TCP. */
export interface ModbusDeviceOptions {
  readonly id: DeviceId;
  readonly host: string;
  /** 502 unless the maker says otherwise. */
  readonly port: number;
  /** Unit id: 1 for most inverters; 200 and up for meters behind a Fronius, 126 for SMA. */
  readonly unit: number;
  /** How long one call to the device may take; during discovery, one request. 3 s unless given. */
  readonly requestTimeoutMs?: number;
  /** How long an unreachable peer is left alone after the first failure; doubles up to 60 s. 1 s unless given. */
  readonly backOffBaseMs?: number;
}

const REQUEST_TIMEOUT_MS = 3_000;
const BACK_OFF_BASE_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;

/**
 * A SunSpec inverter, battery or meter at a Modbus TCP unit. Units at one host and port share one
 * connection.
 */
export function modbus(options: ModbusDeviceOptions): DeviceConnector {
  const { id, host, port, unit } = options;
  const address = `${host}:${port} unit ${unit}`;
  return {
    id,
    protocol: "modbus",
    address,
    connect: async (context: DeviceContext): Promise<Device> => {
      const backOff = { baseMs: options.backOffBaseMs ?? BACK_OFF_BASE_MS, maxMs: BACK_OFF_MAX_MS };
      const hold = holdConnection({ host, port, backOff, wallClock: context.wallClock });
      const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
      try {
        const settings = { connection: hold.connection, unit, requestTimeoutMs };
        return new SunSpecDevice(id, await SunSpecSession.open(settings, context, address), hold.release);
      } catch (error) {
        hold.release();
        throw error;
      }
    },
  };
}
