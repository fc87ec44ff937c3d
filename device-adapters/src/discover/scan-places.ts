import { CommonwattError } from "@commonwatt/vpp-core";

/** What may be spoken at a port. */
export type ScanProtocol = "modbus-tcp" | "rtu-tcp" | "opcua";

/** A port and what is tried there, in order, until something answers. */
export interface ScanPort {
  readonly port: number;
  readonly protocols: readonly ScanProtocol[];
}

/** Where home energy devices listen; 6607 is Huawei's own access point. */
export const DEFAULT_PORTS = "502,1502,6607,8899,4840";
/** Unit ids that makers use, the likeliest first: 3 and 126 SMA, 71 Kostal, 100 Victron, 200 meters, 247 GoodWe. */
export const DEFAULT_UNITS: readonly number[] = [1, 0, 3, 71, 100, 126, 200, 247];
/** Units that are asked where another one answers: a second device, or further meters behind a Fronius. */
export const UNITS_BESIDE: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [2]],
  [200, [201, 202]],
]);

const PREFIXES: Readonly<Record<string, readonly ScanProtocol[]>> = {
  tcp: ["modbus-tcp"],
  rtu: ["rtu-tcp"],
  opcua: ["opcua"],
};
const OPCUA_PORT = 4840;
/** Serial device servers listen here, and so do gateways that translate. */
const SERIAL_SERVER_PORT = 8899;
const PORT_MAX = 65_535;
const UNIT_MAX = 255;

/**
 * Reads ports such as `502,8899,opcua:4841`. A bare port is Modbus TCP, but for 4840 (OPC UA) and 8899 (Modbus
 * TCP, else RTU over TCP); `tcp:`, `rtu:` and `opcua:` say otherwise.
 * @throws CommonwattError `USAGE_BAD_PORT`.
 */
export function parsePorts(text: string): readonly ScanPort[] {
  return text.split(",").map((item) => {
    const [, prefix, digits = ""] = /^\s*(?:(tcp|rtu|opcua):)?(\d{1,5})\s*$/.exec(item) ?? [];
    const port = Number(digits);
    if (digits === "" || port < 1 || port > PORT_MAX) {
      throw new CommonwattError("USAGE_BAD_PORT", `"${item}" is no port; write 502, rtu:8899 or opcua:4840`);
    }
    return { port, protocols: PREFIXES[prefix ?? ""] ?? usualAt(port) };
  });
}

function usualAt(port: number): readonly ScanProtocol[] {
  if (port === OPCUA_PORT) return ["opcua"];
  return port === SERIAL_SERVER_PORT ? ["modbus-tcp", "rtu-tcp"] : ["modbus-tcp"];
}

/**
 * Reads unit ids such as `1,3,126`.
 * @throws CommonwattError `USAGE_BAD_UNIT`.
 */
export function parseUnits(text: string): readonly number[] {
  return text.split(",").map((item) => {
    const unit = /^\s*\d{1,3}\s*$/.test(item) ? Number(item) : Number.NaN;
    if (!(unit >= 0 && unit <= UNIT_MAX)) {
      throw new CommonwattError("USAGE_BAD_UNIT", `"${item}" is no unit id from 0 to ${UNIT_MAX}`);
    }
    return unit;
  });
}
