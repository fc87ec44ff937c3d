import type { Clock } from "@commonwatt/vpp-core";
import { acControlsModel } from "../sunspec/models/ac-controls-model.ts";
import { acMeasurementModel } from "../sunspec/models/ac-measurement-model.ts";
import { capacityModel } from "../sunspec/models/capacity-model.ts";
import { dcMeasurementModel } from "../sunspec/models/dc-measurement-model.ts";
import { derControlModel } from "../sunspec/models/der-control-model.ts";
import { storageCapacityModel } from "../sunspec/models/storage-capacity-model.ts";
import { acControls, derControl } from "./der-controls.ts";
import {
  acControlsValues,
  acMeasurementValues,
  capacityValues,
  dcMeasurementValues,
  derControlValues,
  storageCapacityValues,
} from "./der-values.ts";
import type { EmulatedModel } from "./emulated-model.ts";
import type { Plant } from "./plant.ts";

/** The models of an IEEE 1547 device over a plant with a battery. */
export function derModels(plant: Plant, clock: Clock): readonly EmulatedModel[] {
  const controls = acControls(plant, clock);
  const control = derControl(clock);
  return [
    { id: 701, definition: acMeasurementModel, values: () => acMeasurementValues(plant) },
    { id: 702, definition: capacityModel, values: () => capacityValues(plant) },
    { id: 704, definition: acControlsModel, values: () => acControlsValues(controls.settings), controls },
    { id: 713, definition: storageCapacityModel, values: () => storageCapacityValues(plant) },
    { id: 714, definition: dcMeasurementModel, values: () => dcMeasurementValues(plant) },
    {
      id: 715,
      definition: derControlModel,
      values: () => derControlValues(control.settings, clock.now()),
      controls: control,
    },
  ];
}
