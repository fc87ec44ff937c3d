import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 703, Enter service: when the device may join the grid again. */
export const enterServiceModel: ModelDefinition = defineModel({
  ids: [703],
  name: "DER enter service",
  points: [
    { name: "ES", type: "enum16", writable: true },
    { name: "ESVHi", type: "uint16", scale: "V_SF", unit: "Pct", writable: true },
    { name: "ESVLo", type: "uint16", scale: "V_SF", unit: "Pct", writable: true },
    { name: "ESHzHi", type: "uint32", scale: "Hz_SF", unit: "Hz", writable: true },
    { name: "ESHzLo", type: "uint32", scale: "Hz_SF", unit: "Hz", writable: true },
    { name: "ESDlyTms", type: "uint32", unit: "Secs", writable: true },
    { name: "ESRndTms", type: "uint32", unit: "Secs", writable: true },
    { name: "ESRmpTms", type: "uint32", unit: "Secs", writable: true },
    { name: "ESDlyRemTms", type: "uint32", unit: "Secs" },
    { name: "V_SF", type: "sunssf" },
    { name: "Hz_SF", type: "sunssf" },
  ],
});
