import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 122, Measurements and status. The table of the standard gives WAval in var; it is watts. */
export const measurementsStatusModel: ModelDefinition = defineModel({
  ids: [122],
  name: "Measurements and status",
  points: [
    { name: "PVConn", type: "bitfield16", mandatory: true },
    { name: "StorConn", type: "bitfield16", mandatory: true },
    { name: "ECPConn", type: "bitfield16", mandatory: true },
    { name: "ActWh", type: "acc64", unit: "Wh" },
    { name: "ActVAh", type: "acc64", unit: "VAh" },
    { name: "ActVArhQ1", type: "acc64", unit: "varh" },
    { name: "ActVArhQ2", type: "acc64", unit: "varh" },
    { name: "ActVArhQ3", type: "acc64", unit: "varh" },
    { name: "ActVArhQ4", type: "acc64", unit: "varh" },
    { name: "VArAval", type: "int16", scale: "VArAval_SF", unit: "var" },
    { name: "VArAval_SF", type: "sunssf" },
    { name: "WAval", type: "uint16", scale: "WAval_SF", unit: "W" },
    { name: "WAval_SF", type: "sunssf" },
    { name: "StSetLimMsk", type: "bitfield32" },
    { name: "StActCtl", type: "bitfield32" },
    { name: "TmSrc", type: "string", registers: 4 },
    { name: "Tms", type: "uint32", unit: "Secs" },
    { name: "RtSt", type: "bitfield16" },
    { name: "Ris", type: "uint16", scale: "Ris_SF", unit: "ohms" },
    { name: "Ris_SF", type: "sunssf" },
  ],
});
