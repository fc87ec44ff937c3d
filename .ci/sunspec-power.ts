import { type ModbusAddress, mbpollRegisters } from "./mbpoll.ts";

/** Where SunSpec lives when a device keeps to the first of the three addresses of the standard. */
const BASE = 40_000;
const MARKER = [0x5375, 0x6e53];
/** Inverter models with integers: single, split and three phase. */
const INVERTER_MODELS = [101, 102, 103];
const CHAIN_END = 0xffff;
/** Registers from a model's start to AC power and its scale factor, header included. */
const POWER_OFFSET = 14;

function signed(register: number): number {
  return register >= 0x8000 ? register - 0x1_0000 : register;
}

/** What `mbpoll` finds behind an address. */
export interface SunSpecPower {
  /** Whether the device begins with `SunS`. */
  readonly hasMarker: boolean;
  /** AC power in W; `null` when the chain has no integer inverter model or the value is not there. */
  readonly acPowerW: number | null;
}

/** Reads the SunSpec marker and the AC power of an inverter, along the chain of its models. */
export function readSunSpecPower(address: ModbusAddress): SunSpecPower {
  const marker = mbpollRegisters(address, BASE, MARKER.length);
  const hasMarker = marker.every((register, at) => register === MARKER[at]);
  let at = BASE + MARKER.length;
  for (let models = 0; hasMarker && models < 100; models += 1) {
    const [id = CHAIN_END, length = 0] = mbpollRegisters(address, at, 2);
    if (id === CHAIN_END) break;
    if (INVERTER_MODELS.includes(id)) {
      const [power = 0x8000, scale = 0x8000] = mbpollRegisters(address, at + POWER_OFFSET, 2);
      const isThere = power !== 0x8000 && scale !== 0x8000;
      return { hasMarker, acPowerW: isThere ? signed(power) * 10 ** signed(scale) : null };
    }
    at += 2 + length;
  }
  return { hasMarker, acPowerW: null };
}
