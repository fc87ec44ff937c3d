import type { DeviceProfile } from "../profile-device/profile.ts";

/** GoodWe ET, EH, BT and BH hybrid inverters with a LAN box. */
export const goodweEt: DeviceProfile = {
  kind: "registers",
  name: "goodwe-et",
  vendor: "GoodWe",
  model: "ET",
  capabilities: ["meter", "pv", "battery"],
  wire: {
    port: 502,
    unit: 247,
    wordOrder: "big",
    blockRegistersMax: 125,
    gapRegistersMax: 40,
    gapMs: 20,
    settleMs: 0,
    clientsMax: 1,
    timeoutMs: 5_000,
    hangUpAfterRequest: true,
  },
  registers: {
    pv1: { table: "holding", address: 35_105, type: "uint32", unit: "W", sentinels: ["0xffffffff"] },
    pv2: { table: "holding", address: 35_109, type: "uint32", unit: "W", sentinels: ["0xffffffff"] },
    pv3: { table: "holding", address: 35_113, type: "uint32", unit: "W", sentinels: ["0xffffffff"] },
    pv4: { table: "holding", address: 35_117, type: "uint32", unit: "W", sentinels: ["0xffffffff"] },
    batteryPower: { table: "holding", address: 35_182, type: "int32", unit: "W" },
    gridImport: { table: "holding", address: 36_017, type: "float32", unit: "Wh" },
    gridPower: { table: "holding", address: 36_025, type: "int32", unit: "W", sign: -1 },
    stateOfCharge: { table: "holding", address: 37_007, type: "uint16", unit: "percent" },
    mode: {
      table: "holding",
      address: 47_511,
      type: "uint16",
      unit: "none",
      write: { function: 6, storage: "ram" },
    },
    power: {
      table: "holding",
      address: 47_512,
      type: "uint16",
      unit: "W",
      write: { function: 16, storage: "ram" },
    },
  },
  identity: {},
  points: {
    gridPowerW: { add: ["gridPower"] },
    gridImportWh: { add: ["gridImport"] },
    pvPowerW: { add: ["pv1", "pv2", "pv3", "pv4"], optional: ["pv1", "pv2", "pv3", "pv4"] },
    batteryPowerW: { add: ["batteryPower"] },
    batteryCapacityWh: { configured: "batteryCapacityWh" },
    storedEnergyWh: { percent: { register: "stateOfCharge", of: "batteryCapacityWh" } },
    chargePowerMaxW: { configured: "chargePowerMaxW" },
    dischargePowerMaxW: { configured: "dischargePowerMaxW" },
  },
  battery: {
    nativeTimer: { kind: "none", reliable: false },
    limits: { charge: "chargePowerMaxW", discharge: "dischargePowerMaxW" },
    charge: [
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: 11 } },
    ],
    discharge: [
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: 12 } },
    ],
    neutral: [
      { register: "mode", value: { constant: 1 } },
      { register: "power", value: { constant: 0 } },
    ],
  },
  sources: [
    "evcc goodwe-hybrid.yaml and issue 30965",
    "OpenEMS EmsPowerMode",
    "home-assistant/core issue 114173",
  ],
  notes: [
    "The LAN box answers garbage on a connection that stays: each request has a connection of its own.",
    "Polling it fast stops the maker's cloud.",
    "To be confirmed on a device: that commands are not kept in EEPROM.",
  ],
};
