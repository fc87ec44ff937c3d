import type { RegisterMapProfile } from "../src/profile-device/profile.ts";

/** A small battery with one register of each kind, for tests to change. */
export const testProfile: RegisterMapProfile = {
  kind: "registers",
  name: "test-battery",
  vendor: "Test",
  model: "Battery",
  capabilities: ["meter", "battery"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "big",
    blockRegistersMax: 100,
    gapRegistersMax: 10,
    gapMs: 0,
    settleMs: 0,
    clientsMax: 1,
    timeoutMs: 3_000,
  },
  registers: {
    gridPower: { table: "holding", address: 10, type: "int16", unit: "W" },
    batteryPower: { table: "holding", address: 12, type: "int16", unit: "W" },
    chargeMax: { table: "holding", address: 14, type: "uint16", unit: "W" },
    dischargeMax: { table: "holding", address: 15, type: "uint16", unit: "W" },
    remote: { table: "holding", address: 20, type: "uint16", unit: "none" },
    keep: {
      table: "holding",
      address: 30,
      type: "uint16",
      unit: "none",
      write: { function: 6, storage: "eeprom" },
    },
    setpoint: {
      table: "holding",
      address: 31,
      type: "int16",
      unit: "W",
      write: { function: 6, storage: "ram" },
    },
  },
  identity: {},
  points: {
    gridPowerW: { add: ["gridPower"] },
    batteryPowerW: { add: ["batteryPower"] },
    chargePowerMaxW: { add: ["chargeMax"] },
    dischargePowerMaxW: { add: ["dischargeMax"] },
  },
  battery: {
    nativeTimer: { kind: "none", reliable: false },
    limits: { charge: "chargePowerMaxW", discharge: "dischargePowerMaxW" },
    charge: [
      { register: "keep", value: { constant: 1 } },
      { register: "setpoint", value: { powerW: "signed" } },
    ],
    discharge: [
      { register: "keep", value: { constant: 2 } },
      { register: "setpoint", value: { powerW: "signed" } },
    ],
    neutral: [
      { register: "setpoint", value: { constant: 0 } },
      { register: "keep", value: { constant: 0 } },
    ],
    eepromWritesPerDayMax: 3,
    requires: [{ register: "remote", equals: 1, why: "remote control is switched off" }],
  },
  sources: ["made for tests"],
};

/** Its registers, as a fixture. */
export const testUnits: Readonly<Record<string, { readonly holding: Record<string, readonly string[]> }>> = {
  "1": {
    holding: {
      "10": ["0x0064", "0x0000", "0xff9c", "0x0000", "0x0bb8", "0x07d0"],
      "20": ["0x0001"],
      "30": ["0x0000", "0x0000"],
    },
  },
};
