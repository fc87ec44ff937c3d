import type { ModelDefinition } from "../sunspec/model-definition.ts";
import type { ControlRegisters } from "./control-registers.ts";
import type { ModelValues } from "./model-values.ts";

/** One model of an emulated device. */
export interface EmulatedModel {
  readonly id: number;
  readonly definition: ModelDefinition;
  readonly values: () => ModelValues;
  /** The writable side of models other than 124. */
  readonly controls?: ControlRegisters;
}
