import type { DeviceProfile } from "../profile-device/profile.ts";

/** Deye and Sunsynk three-phase hybrid inverters with a high-voltage battery (SG01HP3 and its kin). */
export const deye3PhaseHv: DeviceProfile = {
  kind: "registers",
  name: "deye-3-phase-hv",
  vendor: "Deye",
  model: "three-phase hybrid, high voltage",
  capabilities: ["meter", "pv", "battery"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "little",
    blockRegistersMax: 100,
    gapRegistersMax: 20,
    gapMs: 20,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 5_000,
  },
  registers: {
    gridImport: { table: "holding", address: 522, type: "uint32", scale: 0.1, unit: "kWh" },
    gridExport: { table: "holding", address: 524, type: "uint32", scale: 0.1, unit: "kWh" },
    stateOfCharge: { table: "holding", address: 588, type: "uint16", unit: "percent" },
    batteryPower: { table: "holding", address: 590, type: "int16", scale: 10, unit: "W" },
    gridPower: { table: "holding", address: 625, type: "int16", unit: "W" },
    pv1: { table: "holding", address: 672, type: "uint16", scale: 10, unit: "W" },
    pv2: { table: "holding", address: 673, type: "uint16", scale: 10, unit: "W" },
    pv3: { table: "holding", address: 674, type: "uint16", scale: 10, unit: "W" },
    pv4: { table: "holding", address: 675, type: "uint16", scale: 10, unit: "W" },
  },
  identity: {},
  points: {
    gridPowerW: { add: ["gridPower"] },
    gridImportWh: { add: ["gridImport"] },
    gridExportWh: { add: ["gridExport"] },
    pvPowerW: { add: ["pv1", "pv2", "pv3", "pv4"], optional: ["pv3", "pv4"] },
    batteryPowerW: { add: ["batteryPower"] },
    batteryCapacityWh: { configured: "batteryCapacityWh" },
    storedEnergyWh: { percent: { register: "stateOfCharge", of: "batteryCapacityWh" } },
  },
  battery: null,
  firmwareQuirks: [
    {
      from: "1098",
      why: "from firmware 1098 on energy is counted in kWh, before in tenths",
      registers: { gridImport: { scale: 1 }, gridExport: { scale: 1 } },
    },
  ],
  sources: ["evcc deye-hybrid-3p.yaml, pull requests 23428 and 31543", "davidrapan/ha-solarman issue 782"],
  notes: [
    "Only read. What it offers instead of a command are settings in amperes: discharge current (109), charging from the grid (130), programs by time of day (146 to 177).",
    "They are kept in EEPROM, have no end of their own and leave the rest to the inverter: a lease of some watts for some minutes cannot be promised with them, and one that is renewed would wear them out.",
    'Its firmware is the fourth part of the name of MCU2, SG15KHP3-V300x-1098-0709: say firmware: "1098". Without it the energy counters have no value.',
    "To be confirmed on a device: one report says that firmware 1098 changed the counters of the day alone.",
  ],
};
