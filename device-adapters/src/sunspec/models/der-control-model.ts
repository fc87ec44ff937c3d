import { defineModel, type ModelDefinition } from "../model-definition.ts";

/** Model 715, DER control: who may command, and the heartbeats of both sides. */
export const derControlModel: ModelDefinition = defineModel({
  ids: [715],
  name: "DER control",
  points: [
    { name: "LocRemCtl", type: "enum16" },
    { name: "DERHb", type: "uint32" },
    { name: "ControllerHb", type: "uint32", writable: true },
    { name: "AlarmReset", type: "uint16", writable: true },
    { name: "OpCtl", type: "enum16", writable: true },
  ],
});
