import type { DeviceProfile } from "../profile-device/profile.ts";

/** Carlo Gavazzi EM24 with Ethernet (EM24_E1). */
export const carloGavazziEm24: DeviceProfile = {
  kind: "registers",
  name: "carlo-gavazzi-em24",
  vendor: "Carlo Gavazzi",
  model: "EM24",
  capabilities: ["meter"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "little",
    blockRegistersMax: 50,
    gapRegistersMax: 30,
    gapMs: 0,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 3_000,
  },
  registers: {
    power: { table: "holding", address: 0x0028, type: "int32", scale: 0.1, unit: "W" },
    imported: { table: "holding", address: 0x0034, type: "int32", scale: 0.1, unit: "kWh" },
    exported: { table: "holding", address: 0x004e, type: "int32", scale: 0.1, unit: "kWh" },
    serialNumber: { table: "holding", address: 0x5000, type: "string", length: 7, unit: "none" },
  },
  identity: { serialNumber: "serialNumber" },
  points: {
    gridPowerW: { add: ["power"] },
    gridImportWh: { add: ["imported"] },
    gridExportWh: { add: ["exported"] },
  },
  battery: null,
  sources: ["victronenergy/dbus-modbus-client carlo_gavazzi.py"],
  notes: [
    "Not for the EM24 with RS-485: its energy registers stand elsewhere.",
    'The meter must be set to application "H".',
  ],
};
