import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 1, Common: who made the device and which one it is. Some devices leave out the pad (L = 65). */
export const commonModel: ModelDefinition = defineModel({
  ids: [1],
  name: "Common",
  points: [
    { name: "Mn", type: "string", registers: 16, mandatory: true },
    { name: "Md", type: "string", registers: 16, mandatory: true },
    { name: "Opt", type: "string", registers: 8 },
    { name: "Vr", type: "string", registers: 8 },
    { name: "SN", type: "string", registers: 16, mandatory: true },
    { name: "DA", type: "uint16", writable: true },
    { name: "Pad", type: "pad" },
  ],
});
