import type { ModelDefinition } from "../model-definition.ts";
import { basicSettingsModel } from "./basic-settings-model.ts";
import { commonModel } from "./common-model.ts";
import { immediateControlsModel } from "./immediate-controls-model.ts";
import { floatInverterModel } from "./inverter-float-model.ts";
import { integerInverterModel } from "./inverter-integer-model.ts";
import { meterModel } from "./meter-model.ts";
import { mpptModel } from "./mppt-model.ts";
import { nameplateModel } from "./nameplate-model.ts";
import { storageModel } from "./storage-model.ts";

const MODELS: readonly ModelDefinition[] = [
  commonModel,
  integerInverterModel,
  floatInverterModel,
  nameplateModel,
  basicSettingsModel,
  immediateControlsModel,
  storageModel,
  mpptModel,
  meterModel,
];

const BY_ID: ReadonlyMap<number, ModelDefinition> = new Map(
  MODELS.flatMap((model) => model.ids.map((id) => [id, model] as const)),
);

/** The table of a model by its id; `null` when we have none. */
export function modelById(id: number): ModelDefinition | null {
  return BY_ID.get(id) ?? null;
}
