import type { DeviceProfile } from "../profile-device/profile.ts";

/** Eastron SDM630 three-phase meter behind a Modbus gateway. */
export const eastronSdm630: DeviceProfile = {
  kind: "registers",
  name: "eastron-sdm630",
  vendor: "Eastron",
  model: "SDM630",
  capabilities: ["meter"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "big",
    blockRegistersMax: 80,
    gapRegistersMax: 20,
    gapMs: 20,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 3_000,
  },
  registers: {
    totalPower: { table: "input", address: 52, type: "float32", unit: "W" },
    totalImport: { table: "input", address: 72, type: "float32", unit: "kWh" },
    totalExport: { table: "input", address: 74, type: "float32", unit: "kWh" },
  },
  identity: {},
  points: {
    gridPowerW: { add: ["totalPower"] },
    gridImportWh: { add: ["totalImport"] },
    gridExportWh: { add: ["totalExport"] },
  },
  battery: null,
  sources: ["Eastron SDM630 registers as in spjakob/ha-modbus_devices and ilseh/Oppleo"],
};
