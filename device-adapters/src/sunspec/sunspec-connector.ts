import type { Device, DeviceConnector, DeviceContext, DeviceId } from "@commonwatt/vpp-core";
import { WriteBudget } from "../lease/write-budget.ts";
import { holdConnection } from "../modbus/connection-pool.ts";
import { type PeerAddress, peerName, transportOf } from "../modbus/transport.ts";
import { ModelWear } from "./model-wear.ts";
import { SunSpecDevice } from "./sunspec-device.ts";
import { SunSpecSession } from "./sunspec-session.ts";

/**
 * Where a SunSpec device is reached: `transport` names a Modbus TCP peer, a serial line or a serial device
 * server; `host` and `port` alone are short for a Modbus TCP peer.
 */
export type ModbusDeviceOptions = PeerAddress & {
  readonly id: DeviceId;
  /** Unit id: 1 for most inverters; 200 and up for meters behind a Fronius, 126 for SMA. */
  readonly unit: number;
  /**
   * Which device of the unit, from 0, where its map holds several (each begins with a model 1): an inverter
   * and the meters behind it, say. Without it the unit is one device with the first model of each kind.
   */
  readonly device?: number;
  /** −1 where the meter counts export as positive (SolarEdge); 1, for import, unless given. */
  readonly meterSign?: 1 | -1;
  /** Points of its models that wear the device out, and how often a day they may be written. */
  readonly wear?: { readonly points: readonly string[]; readonly writesPerDayMax: number };
  /** How long one call to the device may take; during discovery, one request. 3 s unless given. */
  readonly requestTimeoutMs?: number;
  /** How long an unreachable peer is left alone after the first failure; doubles up to 60 s. 1 s unless given. */
  readonly backOffBaseMs?: number;
};

const REQUEST_TIMEOUT_MS = 3_000;
const BACK_OFF_BASE_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;

/** A SunSpec inverter, battery or meter at a Modbus unit. Units at one peer share one connection. */
export function modbus(options: ModbusDeviceOptions): DeviceConnector {
  const { id, unit } = options;
  const transport = transportOf(options);
  const device = options.device ?? null;
  const address = `${peerName(transport)} unit ${unit}${device === null ? "" : ` device ${device}`}`;
  return {
    id,
    protocol: "modbus",
    address,
    connect: async (context: DeviceContext): Promise<Device> => {
      const backOff = { baseMs: options.backOffBaseMs ?? BACK_OFF_BASE_MS, maxMs: BACK_OFF_MAX_MS };
      const hold = holdConnection({ transport, backOff, wallClock: context.wallClock });
      const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
      try {
        const settings = { connection: hold.connection, unit, device, requestTimeoutMs };
        const session = await SunSpecSession.open(settings, context, address);
        return new SunSpecDevice(id, session, {
          letGo: hold.release,
          meterSign: options.meterSign ?? 1,
          wear: wearOf(options, context),
        });
      } catch (error) {
        hold.release();
        throw error;
      }
    },
  };
}

function wearOf({ id, wear }: ModbusDeviceOptions, context: DeviceContext): ModelWear | null {
  if (wear === undefined) return null;
  const budget = new WriteBudget({ deviceId: id, context, perDayMax: wear.writesPerDayMax });
  return new ModelWear(wear.points, budget);
}
