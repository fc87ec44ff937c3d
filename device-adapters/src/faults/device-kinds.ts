/** A kind of emulated device with the clients that live with it. */
export type DeviceKind = "sunspec" | "timer-profile" | "hang-up-profile" | "rtu-over-tcp" | "opcua";

/** The pace of a device's clients. */
export interface Pace {
  readonly pollIntervalMs: number;
  readonly backOffBaseMs: number;
  /** How long a command holds; short, so that many end while they are under way. */
  readonly leaseMs: number;
  /** One call; half a poll interval, so that one that runs out leaves room for the next. */
  readonly requestTimeoutMs: number;
}

/** The unit of a Modbus device. */
export const UNIT = 1;
/** The unit of the grid meter behind a SunSpec inverter. */
export const METER_UNIT = 200;
/** The home on an OPC UA server. */
export const HOME = "home-1";

/** Faults that hit one exchange of Modbus TCP. */
const TCP_EXCHANGES = [
  "reset",
  "end",
  "half-open",
  "lost",
  "delay",
  "busy",
  "truncated",
  "wrong-transaction",
  "wrong-unit",
  "coalesced",
  "byte-by-byte",
] as const;
/** Faults of the connection, each for a while. */
const OUTAGES = ["single-client-refused", "single-client-unheard", "deaf"] as const;
/** Faults in which the commands stop until the device's own timer has run out. */
export const TIMER_FAULTS: ReadonlySet<string> = new Set(["timer-release", "stuck-timer"]);
/** Every time that a home's clients take, some fifth of it: a home is polled every two or three seconds. */
const FAST = { pollIntervalMs: 500, backOffBaseMs: 200, requestTimeoutMs: 250 };

interface KindOfDevice {
  readonly pace: Pace;
  readonly faults: readonly string[];
}

/** What each kind of device is put through, and at which pace. */
export const DEVICE_KINDS: Readonly<Record<DeviceKind, KindOfDevice>> = {
  sunspec: {
    pace: { ...FAST, leaseMs: 130 },
    faults: [
      ...TCP_EXCHANGES,
      ...OUTAGES,
      "moving-scale",
      "night",
      "length-change",
      "no-end-model",
      "eeprom",
      ...TIMER_FAULTS,
    ],
  },
  "timer-profile": {
    pace: { ...FAST, leaseMs: 130 },
    faults: [...TCP_EXCHANGES, ...OUTAGES, "moving-scale", "night", ...TIMER_FAULTS],
  },
  "hang-up-profile": {
    pace: { ...FAST, leaseMs: 160 },
    faults: [...TCP_EXCHANGES, ...OUTAGES, "night"],
  },
  "rtu-over-tcp": {
    pace: { ...FAST, leaseMs: 220 },
    faults: [
      "reset",
      "end",
      "half-open",
      "lost",
      "delay",
      "busy",
      "truncated",
      "wrong-crc",
      "wrong-unit",
      "byte-by-byte",
      "moving-scale",
      "night",
      ...TIMER_FAULTS,
    ],
  },
  opcua: {
    pace: { pollIntervalMs: 400, backOffBaseMs: 250, leaseMs: 120, requestTimeoutMs: 400 },
    faults: ["cut", "cut-down", "freeze", "freeze-long", "delay", "restart"],
  },
};
