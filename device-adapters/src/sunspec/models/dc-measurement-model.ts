import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 714, DC measurement, one group per port. L may change while the device runs. */
export const dcMeasurementModel: ModelDefinition = defineModel({
  ids: [714],
  name: "DER DC measurement",
  points: [
    { name: "PrtAlrms", type: "bitfield32" },
    { name: "NPrt", type: "uint16" },
    { name: "DCA", type: "int16", scale: "DCA_SF", unit: "A" },
    { name: "DCW", type: "int16", scale: "DCW_SF", unit: "W" },
    { name: "DCWhInj", type: "uint64", scale: "DCWH_SF", unit: "Wh" },
    { name: "DCWhAbs", type: "uint64", scale: "DCWH_SF", unit: "Wh" },
    { name: "DCA_SF", type: "sunssf" },
    { name: "DCV_SF", type: "sunssf" },
    { name: "DCW_SF", type: "sunssf" },
    { name: "DCWH_SF", type: "sunssf" },
    { name: "Tmp_SF", type: "sunssf" },
  ],
  count: "NPrt",
  group: [
    { name: "PrtTyp", type: "enum16" },
    { name: "ID", type: "uint16" },
    { name: "IDStr", type: "string", registers: 8 },
    { name: "DCA", type: "int16", scale: "DCA_SF", unit: "A" },
    { name: "DCV", type: "uint16", scale: "DCV_SF", unit: "V" },
    { name: "DCW", type: "int16", scale: "DCW_SF", unit: "W" },
    { name: "DCWhInj", type: "uint64", scale: "DCWH_SF", unit: "Wh" },
    { name: "DCWhAbs", type: "uint64", scale: "DCWH_SF", unit: "Wh" },
    { name: "Tmp", type: "int16", scale: "Tmp_SF", unit: "C" },
    { name: "DCSta", type: "enum16" },
    { name: "DCAlrm", type: "bitfield32" },
  ],
});
