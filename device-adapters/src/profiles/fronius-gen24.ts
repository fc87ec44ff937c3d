import type { DeviceProfile } from "../profile-device/profile.ts";

/** Fronius GEN24 and Verto with a battery. */
export const froniusGen24: DeviceProfile = {
  kind: "sunspec",
  name: "fronius-gen24",
  vendor: "Fronius",
  model: "GEN24",
  capabilities: ["pv", "battery"],
  wire: {
    port: 502,
    unit: 1,
    units: { meter: 200 },
    wordOrder: "big",
    blockRegistersMax: 125,
    gapRegistersMax: 0,
    gapMs: 0,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 3_000,
  },
  sources: ["evcc fronius-gen24.yaml", "callifo/fronius_modbus", "evcc issues 16008 and 33037"],
  notes: [
    "The meter is a device of its own at unit 200, further ones at 201 and up.",
    "Modbus control and charging from the grid must be allowed in the inverter, its own schedules switched off.",
    "Its reversion timer is an hour unless written: every command writes it.",
    "The scale of the DC power moves with the power, and is taken from the same answer.",
  ],
};
