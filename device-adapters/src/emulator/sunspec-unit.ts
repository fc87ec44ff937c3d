import type { Clock } from "@commonwatt/vpp-core";
import type { ModelDefinition } from "../sunspec/model-definition.ts";
import { basicSettingsModel } from "../sunspec/models/basic-settings-model.ts";
import { commonModel } from "../sunspec/models/common-model.ts";
import { immediateControlsModel } from "../sunspec/models/immediate-controls-model.ts";
import { integerInverterModel } from "../sunspec/models/inverter-integer-model.ts";
import { meterModel } from "../sunspec/models/meter-model.ts";
import { mpptModel } from "../sunspec/models/mppt-model.ts";
import { nameplateModel } from "../sunspec/models/nameplate-model.ts";
import { storageModel } from "../sunspec/models/storage-model.ts";
import type { EmulatedIdentity } from "./emulated-identity.ts";
import {
  controlsValues,
  inverterValues,
  mpptValues,
  nameplateValues,
  settingsValues,
  storageValues,
} from "./hybrid-values.ts";
import { meterValues } from "./meter-values.ts";
import type { ModbusException, RegisterBank } from "./modbus-server.ts";
import { encodeModel, type ModelValues } from "./model-values.ts";
import type { Plant } from "./plant.ts";
import { StorageRegisters } from "./storage-registers.ts";

/** The first address of the map, where most devices have it. */
const BASE_ADDRESS = 40_000;
const MARKER = Buffer.from("SunS", "latin1");
const END_MODEL = Buffer.from([0xff, 0xff, 0x00, 0x00]);
const ILLEGAL_ADDRESS = 2;
const STORAGE_ID = 124;

/** One emulated device on a server. */
export interface SunSpecEmulatorUnit {
  /** Unit id, 1 to 247. */
  readonly unit: number;
  readonly plant: Plant;
  /** `hybrid` is an inverter with PV and, when the plant has one, a battery; `meter` is its grid meter. */
  readonly kind: "hybrid" | "meter";
  readonly identity: EmulatedIdentity;
}

interface EmulatedModel {
  readonly id: number;
  readonly definition: ModelDefinition;
  readonly values: () => ModelValues;
}

/** The registers of one emulated device, encoded anew from its plant at every read. */
export class SunSpecUnit implements RegisterBank {
  /** The commanded side of the battery; `null` for a meter or an inverter without one. */
  readonly storage: StorageRegisters | null;
  readonly #models: readonly EmulatedModel[];
  readonly #settle: () => void;

  /** `settle` brings every plant of the server up to now before a register is looked at. */
  constructor({ plant, kind, identity }: SunSpecEmulatorUnit, clock: Clock, settle: () => void) {
    const hasBattery = kind === "hybrid" && plant.ratings.batteryCapacityWh > 0;
    this.storage = hasBattery ? new StorageRegisters(plant, clock) : null;
    this.#settle = settle;
    const common = { id: 1, definition: commonModel, values: () => commonValues(identity) };
    const own = kind === "meter" ? meterModels(plant) : hybridModels(plant, this.storage);
    this.#models = [common, ...own];
  }

  read(address: number, count: number): Buffer | ModbusException {
    this.#settle();
    const image = this.#image();
    const start = 2 * (address - BASE_ADDRESS);
    const end = start + 2 * count;
    return start < 0 || end > image.length ? ILLEGAL_ADDRESS : image.subarray(start, end);
  }

  write(address: number, values: readonly number[]): ModbusException | null {
    const storageAddress = this.#addressOf(STORAGE_ID);
    if (this.storage === null || storageAddress === null) return ILLEGAL_ADDRESS;
    this.#settle();
    const assignments = values.map((value, index) => {
      const offset = address + index - storageAddress;
      const point = storageModel.points.find((candidate) => candidate.offset === offset);
      // Every point of model 124 is one register long.
      const signed = point?.type === "int16" && value > 0x7fff ? value - 0x1_0000 : value;
      return { point: point?.name ?? "", value: signed };
    });
    return this.storage.write(assignments);
  }

  #image(): Buffer {
    const models = this.#models.map(({ id, definition, values }) => encodeModel(definition, id, values()));
    return Buffer.concat([MARKER, ...models, END_MODEL]);
  }

  #addressOf(id: number): number | null {
    let address = BASE_ADDRESS + MARKER.length / 2;
    for (const model of this.#models) {
      if (model.id === id) return address;
      address += encodeModel(model.definition, model.id, model.values()).length / 2;
    }
    return null;
  }
}

function commonValues({ manufacturer, model, firmware, serialNumber }: EmulatedIdentity): ModelValues {
  return { points: { Mn: manufacturer, Md: model, Vr: firmware, SN: serialNumber } };
}

function meterModels(plant: Plant): readonly EmulatedModel[] {
  return [{ id: 203, definition: meterModel, values: () => meterValues(plant) }];
}

function hybridModels(plant: Plant, storage: StorageRegisters | null): readonly EmulatedModel[] {
  const storageModels =
    storage === null
      ? []
      : [{ id: STORAGE_ID, definition: storageModel, values: () => storageValues(plant, storage.settings) }];
  return [
    { id: 103, definition: integerInverterModel, values: () => inverterValues(plant) },
    { id: 120, definition: nameplateModel, values: () => nameplateValues(plant) },
    { id: 121, definition: basicSettingsModel, values: () => settingsValues(plant) },
    { id: 123, definition: immediateControlsModel, values: () => controlsValues() },
    ...storageModels,
    { id: 160, definition: mpptModel, values: () => mpptValues(plant) },
  ];
}
