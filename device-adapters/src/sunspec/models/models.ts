import type { ModelDefinition } from "../model-definition.ts";
import { acControlsModel } from "./ac-controls-model.ts";
import { acMeasurementModel } from "./ac-measurement-model.ts";
import { basicSettingsModel } from "./basic-settings-model.ts";
import { batteryBankModel } from "./battery-bank-model.ts";
import { capacityModel } from "./capacity-model.ts";
import { commonModel } from "./common-model.ts";
import { dcMeasurementModel } from "./dc-measurement-model.ts";
import { derControlModel } from "./der-control-model.ts";
import { enterServiceModel } from "./enter-service-model.ts";
import { immediateControlsModel } from "./immediate-controls-model.ts";
import { floatInverterModel } from "./inverter-float-model.ts";
import { integerInverterModel } from "./inverter-integer-model.ts";
import { lithiumBatteryModel } from "./lithium-battery-model.ts";
import { measurementsStatusModel } from "./measurements-status-model.ts";
import { floatMeterModel } from "./meter-float-model.ts";
import { meterModel } from "./meter-model.ts";
import { mpptModel } from "./mppt-model.ts";
import { nameplateModel } from "./nameplate-model.ts";
import { storageCapacityModel } from "./storage-capacity-model.ts";
import { storageModel } from "./storage-model.ts";

/** Every model that has a table here. */
export const MODELS: readonly ModelDefinition[] = [
  commonModel,
  integerInverterModel,
  floatInverterModel,
  nameplateModel,
  basicSettingsModel,
  immediateControlsModel,
  storageModel,
  mpptModel,
  meterModel,
  floatMeterModel,
  measurementsStatusModel,
  acMeasurementModel,
  capacityModel,
  enterServiceModel,
  acControlsModel,
  storageCapacityModel,
  dcMeasurementModel,
  derControlModel,
  batteryBankModel,
  lithiumBatteryModel,
];

const BY_ID: ReadonlyMap<number, ModelDefinition> = new Map(
  MODELS.flatMap((model) => model.ids.map((id) => [id, model] as const)),
);

/** The table of a model by its id; `null` when we have none. */
export function modelById(id: number): ModelDefinition | null {
  return BY_ID.get(id) ?? null;
}
