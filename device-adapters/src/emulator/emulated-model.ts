import type { ModelDefinition } from "../sunspec/model-definition.ts";
import type { ModelValues } from "../sunspec/model-values.ts";
import type { ControlRegisters } from "./control-registers.ts";

/** One model of an emulated device. */
export interface EmulatedModel {
  readonly id: number;
  readonly definition: ModelDefinition;
  readonly values: () => ModelValues;
  /** The writable side of models other than 124. */
  readonly controls?: ControlRegisters;
}
