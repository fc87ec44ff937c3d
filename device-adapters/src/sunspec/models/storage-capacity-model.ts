import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 713, Storage capacity. */
export const storageCapacityModel: ModelDefinition = defineModel({
  ids: [713],
  name: "DER storage capacity",
  points: [
    { name: "WHRtg", type: "uint16", scale: "WH_SF", unit: "WH" },
    { name: "WHAvail", type: "uint16", scale: "WH_SF", unit: "WH" },
    { name: "SoC", type: "uint16", scale: "Pct_SF", unit: "Pct" },
    { name: "SoH", type: "uint16", scale: "Pct_SF", unit: "Pct" },
    { name: "Sta", type: "enum16" },
    { name: "WH_SF", type: "sunssf" },
    { name: "Pct_SF", type: "sunssf" },
  ],
});
