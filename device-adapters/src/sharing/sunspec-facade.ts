import assert from "node:assert/strict";
import type { PointReadings, ServedSite, SiteServer } from "@commonwatt/vpp-core";
import { type ModbusException, type RegisterBank, startModbusServer } from "../modbus/modbus-server.ts";
import { type FacadeDevice, facadeRegisters } from "./facade-models.ts";

/** The first address of the map, where most devices have it. */
const BASE_ADDRESS = 40_000;
const ILLEGAL_FUNCTION: ModbusException = 1;
const ILLEGAL_ADDRESS: ModbusException = 2;
/** Unit ids as Fronius has them, so that what is made for its inverters finds the meter. */
const INVERTER_UNIT = 1;
const METER_UNIT = 200;
const UNIT_MAX = 247;

/** Options of {@link sunspecFacade}. */
export interface SunSpecFacadeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The interface to listen on; this machine only by default. Modbus knows no password: mind who is in its network. */
  readonly host?: string;
  /** Unit id of the inverter, 1 to 247; 1. */
  readonly unit?: number;
  /** Unit id of the meter; 200. */
  readonly meterUnit?: number;
}

/**
 * Shows a site as a SunSpec inverter with battery and its grid meter, over Modbus TCP, to as many clients as
 * come. It is fed from what the site read last, so that no client ever reaches a device, and it is read-only:
 * every write is answered with exception 1.
 */
export function sunspecFacade(options: SunSpecFacadeOptions): SiteServer {
  const { port, host = "127.0.0.1", unit = INVERTER_UNIT, meterUnit = METER_UNIT } = options;
  for (const id of [unit, meterUnit]) {
    assert(Number.isInteger(id) && id >= 1 && id <= UNIT_MAX, `unit ${id} is not 1 to ${UNIT_MAX}`);
  }
  assert(unit !== meterUnit, `inverter and meter are both unit ${unit}`);
  return {
    name: "SunSpec façade",
    async start(site) {
      const units = new Map([
        [unit, facadeBank("inverter", site)],
        [meterUnit, facadeBank("meter", site)],
      ]);
      const server = await startModbusServer({ area: "SITE_SERVER", host, port, units });
      return {
        address: `${host}:${server.port} unit ${unit}, meter unit ${meterUnit}`,
        stop: () => server.close(),
      };
    },
  };
}

/** The registers of one device, encoded anew only when the site's points have changed. */
function facadeBank(device: FacadeDevice, site: ServedSite): RegisterBank {
  let shown: PointReadings | null = null;
  let registers: Buffer = Buffer.alloc(0);
  return {
    read(address, count) {
      const points = site.points();
      if (points !== shown) {
        registers = facadeRegisters(device, site.identity, site.community, points);
        shown = points;
      }
      const start = 2 * (address - BASE_ADDRESS);
      const end = start + 2 * count;
      return start < 0 || end > registers.length ? ILLEGAL_ADDRESS : registers.subarray(start, end);
    },
    write: () => ILLEGAL_FUNCTION,
  };
}
