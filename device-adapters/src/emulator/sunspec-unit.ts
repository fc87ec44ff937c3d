import type { Clock } from "@commonwatt/vpp-core";
import type { ModbusException, RegisterBank } from "../modbus/modbus-server.ts";
import { encodeModel, type ModelValues } from "../sunspec/model-values.ts";
import { basicSettingsModel } from "../sunspec/models/basic-settings-model.ts";
import { commonModel } from "../sunspec/models/common-model.ts";
import { immediateControlsModel } from "../sunspec/models/immediate-controls-model.ts";
import { integerInverterModel } from "../sunspec/models/inverter-integer-model.ts";
import { meterModel } from "../sunspec/models/meter-model.ts";
import { mpptModel } from "../sunspec/models/mppt-model.ts";
import { nameplateModel } from "../sunspec/models/nameplate-model.ts";
import { storageModel } from "../sunspec/models/storage-model.ts";
import { derModels } from "./der-models.ts";
import type { EmulatedIdentity } from "./emulated-identity.ts";
import type { EmulatedModel } from "./emulated-model.ts";
import { distortedValues, NO_REGISTER_FAULTS, type RegisterFaults } from "./faults/register-faults.ts";
import {
  controlsValues,
  inverterValues,
  mpptValues,
  nameplateValues,
  settingsValues,
  storageValues,
} from "./hybrid-values.ts";
import { immediateLimit } from "./immediate-limit.ts";
import { meterValues } from "./meter-values.ts";
import type { Plant } from "./plant.ts";
import { type StorageAssignment, StorageRegisters } from "./storage-registers.ts";

/** The first address of the map, where most devices have it. */
const BASE_ADDRESS = 40_000;
const MARKER = Buffer.from("SunS", "latin1");
const END_MODEL = Buffer.from([0xff, 0xff, 0x00, 0x00]);
const ILLEGAL_ADDRESS = 2;
const DEVICE_FAILURE = 4;
const STORAGE_ID = 124;

/** One emulated device on a server. */
export interface SunSpecEmulatorUnit {
  /** Unit id, 1 to 247. */
  readonly unit: number;
  readonly plant: Plant;
  /**
   * `hybrid` is an inverter with PV and, when the plant has one, a battery; `der` is the same with a battery
   * by the models of IEEE 1547; `meter` is its grid meter.
   */
  readonly kind: "hybrid" | "der" | "meter";
  readonly identity: EmulatedIdentity;
}

/** What a unit needs from the server it is on. */
export interface UnitContext {
  readonly clock: Clock;
  /** Brings every plant of the server up to now; called before a register is looked at. */
  readonly settle: () => void;
  /** What is wrong with the registers at this moment. */
  readonly registerFaults?: (() => RegisterFaults) | undefined;
  /** Told of each write to the battery's registers that is carried out. */
  readonly onCommand?: ((unit: number, assignments: readonly StorageAssignment[]) => void) | undefined;
}

/** The registers of one emulated device, encoded anew from its plant at every read. */
export class SunSpecUnit implements RegisterBank {
  /** The commanded side of the battery; `null` for a meter or an inverter without one. */
  readonly storage: StorageRegisters | null;
  readonly #models: readonly EmulatedModel[];
  readonly #unit: number;
  readonly #context: UnitContext;

  constructor({ unit, plant, kind, identity }: SunSpecEmulatorUnit, context: UnitContext) {
    const hasBattery = kind === "hybrid" && plant.ratings.batteryCapacityWh > 0;
    this.#unit = unit;
    this.#context = context;
    const isTimerStuck = (): boolean => this.#faults.timerStuck;
    this.storage = hasBattery ? new StorageRegisters(plant, context.clock, isTimerStuck) : null;
    const common = { id: 1, definition: commonModel, values: () => commonValues(identity) };
    this.#models = [common, ...ownModels(kind, plant, this.storage, context.clock)];
  }

  get #faults(): RegisterFaults {
    return this.#context.registerFaults?.() ?? NO_REGISTER_FAULTS;
  }

  /** Brings the timers and the plant up to now. */
  settle(): void {
    this.storage?.settle();
    for (const { controls } of this.#models) controls?.settle();
  }

  /** Takes the timers back. */
  close(): void {
    this.storage?.close();
    for (const { controls } of this.#models) controls?.close();
  }

  read(address: number, count: number): Buffer | ModbusException {
    this.#context.settle();
    const image = this.#image();
    const start = 2 * (address - BASE_ADDRESS);
    const end = start + 2 * count;
    return start < 0 || end > image.length ? ILLEGAL_ADDRESS : image.subarray(start, end);
  }

  write(address: number, values: readonly number[]): ModbusException | null {
    const controlled = this.#models.find(({ id, controls, definition }) => {
      const offset = address - (this.#addressOf(id) ?? Number.POSITIVE_INFINITY);
      return controls !== undefined && offset >= 0 && offset + values.length <= definition.registers;
    });
    if (controlled?.controls !== undefined) {
      this.#context.settle();
      return controlled.controls.write(address - (this.#addressOf(controlled.id) ?? 0), values);
    }
    const storageAddress = this.#addressOf(STORAGE_ID);
    if (this.storage === null || storageAddress === null) return ILLEGAL_ADDRESS;
    this.#context.settle();
    const assignments = values.map((value, index) => {
      const offset = address + index - storageAddress;
      const point = storageModel.points.find((candidate) => candidate.offset === offset);
      // Every point of model 124 is one register long.
      const signed = point?.type === "int16" && value > 0x7fff ? value - 0x1_0000 : value;
      return { point: point?.name ?? "", value: signed };
    });
    const { writesMax } = this.#faults;
    if (writesMax !== null && this.storage.writes >= writesMax) return DEVICE_FAILURE;
    const refusal = this.storage.write(assignments);
    if (refusal === null) this.#context.onCommand?.(this.#unit, assignments);
    return refusal;
  }

  #image(): Buffer {
    const models = this.#models.map((model) => this.#encoded(model));
    return Buffer.concat([MARKER, ...models, ...(this.#faults.noEndModel ? [] : [END_MODEL])]);
  }

  #encoded({ definition, id, values }: EmulatedModel): Buffer {
    return encodeModel(definition, id, distortedValues(definition, id, values(), this.#faults));
  }

  #addressOf(id: number): number | null {
    let address = BASE_ADDRESS + MARKER.length / 2;
    for (const model of this.#models) {
      if (model.id === id) return address;
      address += this.#encoded(model).length / 2;
    }
    return null;
  }
}

function commonValues({ manufacturer, model, firmware, serialNumber }: EmulatedIdentity): ModelValues {
  return { points: { Mn: manufacturer, Md: model, Vr: firmware, SN: serialNumber } };
}

function ownModels(
  kind: SunSpecEmulatorUnit["kind"],
  plant: Plant,
  storage: StorageRegisters | null,
  clock: Clock,
): readonly EmulatedModel[] {
  if (kind === "meter") return meterModels(plant);
  return kind === "der" ? derModels(plant, clock) : hybridModels(plant, storage, clock);
}

function meterModels(plant: Plant): readonly EmulatedModel[] {
  return [{ id: 203, definition: meterModel, values: () => meterValues(plant) }];
}

function hybridModels(
  plant: Plant,
  storage: StorageRegisters | null,
  clock: Clock,
): readonly EmulatedModel[] {
  const limit = immediateLimit(plant, clock);
  const storageModels =
    storage === null
      ? []
      : [{ id: STORAGE_ID, definition: storageModel, values: () => storageValues(plant, storage.settings) }];
  return [
    { id: 103, definition: integerInverterModel, values: () => inverterValues(plant) },
    { id: 120, definition: nameplateModel, values: () => nameplateValues(plant) },
    { id: 121, definition: basicSettingsModel, values: () => settingsValues(plant) },
    {
      id: 123,
      definition: immediateControlsModel,
      values: () => controlsValues(limit.settings),
      ...(plant.setPvLimit === undefined ? {} : { controls: limit }),
    },
    ...storageModels,
    { id: 160, definition: mpptModel, values: () => mpptValues(plant) },
  ];
}
