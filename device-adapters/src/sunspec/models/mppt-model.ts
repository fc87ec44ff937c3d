import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 160, one module per DC input. The number of modules comes from N and from L. */
export const mpptModel: ModelDefinition = defineModel({
  ids: [160],
  name: "Multiple MPPT",
  points: [
    { name: "DCA_SF", type: "sunssf" },
    { name: "DCV_SF", type: "sunssf" },
    { name: "DCW_SF", type: "sunssf" },
    { name: "DCWH_SF", type: "sunssf" },
    { name: "Evt", type: "bitfield32" },
    { name: "N", type: "count" },
    { name: "TmsPer", type: "uint16" },
  ],
  count: "N",
  group: [
    { name: "ID", type: "uint16" },
    { name: "IDStr", type: "string", registers: 8 },
    { name: "DCA", type: "uint16", scale: "DCA_SF", unit: "A" },
    { name: "DCV", type: "uint16", scale: "DCV_SF", unit: "V" },
    { name: "DCW", type: "uint16", scale: "DCW_SF", unit: "W" },
    { name: "DCWH", type: "acc32", scale: "DCWH_SF", unit: "Wh" },
    { name: "Tms", type: "uint32", unit: "Secs" },
    { name: "Tmp", type: "int16", unit: "C" },
    { name: "DCSt", type: "enum16" },
    { name: "DCEvt", type: "bitfield32" },
  ],
});
