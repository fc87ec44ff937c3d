import type { RegisterMapProfile, RegisterProfile } from "../profile-device/profile.ts";
import type { DeviceKind } from "./device-kinds.ts";

/** The values of `mode`. */
const OWN_MODE = 0;
const CHARGE = 11;
const DISCHARGE = 12;

/** Every value of the plant fits these exactly. */
const REGISTERS: Readonly<Record<string, RegisterProfile>> = {
  scale: { table: "holding", address: 0, type: "int16", unit: "none" },
  gridPower: { table: "holding", address: 1, type: "int16", unit: "W", scaleRegister: "scale" },
  pvPower: { table: "holding", address: 2, type: "uint16", unit: "W", sentinels: ["0xffff"] },
  batteryPower: { table: "holding", address: 3, type: "int16", unit: "W" },
  storedEnergy: { table: "holding", address: 4, type: "uint32", unit: "Wh" },
  gridImport: { table: "holding", address: 6, type: "uint32", unit: "Wh" },
  gridExport: { table: "holding", address: 8, type: "uint32", unit: "Wh" },
  capacity: { table: "holding", address: 10, type: "uint16", unit: "Wh" },
  chargeMax: { table: "holding", address: 11, type: "uint16", unit: "W" },
  dischargeMax: { table: "holding", address: 12, type: "uint16", unit: "W" },
  timeout: {
    table: "holding",
    address: 20,
    type: "uint16",
    unit: "s",
    write: { function: 6, storage: "ram", readBack: "countdown" },
  },
  power: {
    table: "holding",
    address: 21,
    type: "uint16",
    unit: "W",
    write: { function: 16, storage: "ram" },
  },
  mode: {
    table: "holding",
    address: 22,
    type: "uint16",
    unit: "none",
    write: { function: 6, storage: "ram" },
  },
};

const TIMER_PROFILE: RegisterMapProfile = {
  kind: "registers",
  name: "fault-test-timer",
  vendor: "Acme",
  model: "battery with a timer",
  capabilities: ["meter", "pv", "battery"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "big",
    blockRegistersMax: 100,
    gapRegistersMax: 4,
    gapMs: 0,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 3_000,
  },
  registers: REGISTERS,
  identity: {},
  points: {
    gridPowerW: { add: ["gridPower"] },
    gridImportWh: { add: ["gridImport"] },
    gridExportWh: { add: ["gridExport"] },
    pvPowerW: { add: ["pvPower"] },
    batteryPowerW: { add: ["batteryPower"] },
    storedEnergyWh: { add: ["storedEnergy"] },
    batteryCapacityWh: { add: ["capacity"] },
    chargePowerMaxW: { add: ["chargeMax"] },
    dischargePowerMaxW: { add: ["dischargeMax"] },
  },
  battery: {
    nativeTimer: { kind: "register", register: "timeout", max: 600, reliable: true },
    limits: { charge: "chargePowerMaxW", discharge: "dischargePowerMaxW" },
    charge: [
      { register: "timeout", value: { until: "s" } },
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: CHARGE } },
    ],
    discharge: [
      { register: "timeout", value: { until: "s" } },
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: DISCHARGE } },
    ],
    neutral: [
      { register: "mode", value: { constant: OWN_MODE } },
      { register: "power", value: { constant: 0 } },
    ],
  },
  sources: ["made for this test"],
};

/** As a LAN box that answers garbage on a connection that stays, and a battery that nothing ends. */
const HANG_UP_PROFILE: RegisterMapProfile = {
  ...TIMER_PROFILE,
  name: "fault-test-hang-up",
  model: "battery without a timer",
  wire: { ...TIMER_PROFILE.wire, hangUpAfterRequest: true },
  battery: {
    nativeTimer: { kind: "none", reliable: false },
    limits: { charge: "chargePowerMaxW", discharge: "dischargePowerMaxW" },
    charge: [
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: CHARGE } },
    ],
    discharge: [
      { register: "power", value: { powerW: "magnitude" } },
      { register: "mode", value: { constant: DISCHARGE } },
    ],
    neutral: [
      { register: "mode", value: { constant: OWN_MODE } },
      { register: "power", value: { constant: 0 } },
    ],
  },
};

/** The profile by which clients know a device. */
export function profileOf(kind: DeviceKind): RegisterMapProfile {
  return kind === "hang-up-profile" ? HANG_UP_PROFILE : TIMER_PROFILE;
}
