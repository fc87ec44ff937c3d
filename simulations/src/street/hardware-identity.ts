import type { EmulatedIdentity } from "@commonwatt/device-adapters";
import type { EmulatedHome } from "./street.ts";

const MODELS = { inverter: "Street Hybrid", meter: "Street Meter" } as const;
const SERIAL_LETTERS = { inverter: "H", meter: "M" } as const;

/** The nameplate of one of a home's devices: plainly an emulator, and unique within all streets. */
export function identityOf(home: EmulatedHome, seed: number, device: keyof typeof MODELS): EmulatedIdentity {
  const size = device === "inverter" && home.pv !== null ? ` ${home.pv.inverterPowerMaxW / 1000}` : "";
  return {
    manufacturer: "Commonwatt Emulated",
    model: `${MODELS[device]}${size}`,
    serialNumber: `${SERIAL_LETTERS[device]}${seed}-${home.id}`,
    firmware: "1.0.0",
  };
}
