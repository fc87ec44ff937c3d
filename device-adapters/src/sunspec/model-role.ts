import type { Capability } from "@commonwatt/vpp-core";
import type { ModelAddress } from "./model-chain.ts";
import type { ModelDefinition } from "./model-definition.ts";
import { modelById } from "./models/models.ts";

/** What we use a model for. */
export type ModelRole =
  | "inverter"
  | "nameplate"
  | "settings"
  | "immediateControls"
  | "storage"
  | "mppt"
  | "meter"
  | "acMeasurement"
  | "capacity"
  | "acControls"
  | "storageCapacity"
  | "dcMeasurement"
  | "derControl"
  | "batteryBank";

const ROLE_IDS: Readonly<Record<ModelRole, readonly number[]>> = {
  inverter: [101, 102, 103, 111, 112, 113],
  nameplate: [120],
  settings: [121],
  immediateControls: [123],
  storage: [124],
  mppt: [160],
  meter: [201, 202, 203, 204, 211, 212, 213, 214],
  acMeasurement: [701],
  capacity: [702],
  acControls: [704],
  storageCapacity: [713],
  dcMeasurement: [714],
  derControl: [715],
  batteryBank: [802],
};

/** Read when commands need them, not for every reading. */
const COMMAND_ROLES: ReadonlySet<ModelRole> = new Set(["settings", "immediateControls", "acControls"]);

/** The models of IEEE 1547 that are read only where the older ones are not there. */
const INSTEAD_OF: readonly (readonly [ModelRole, ModelRole])[] = [
  ["acMeasurement", "inverter"],
  ["storageCapacity", "storage"],
  ["dcMeasurement", "mppt"],
];

/** A model we use: its table and where the device has it. */
export interface PlacedModel {
  readonly definition: ModelDefinition;
  readonly address: ModelAddress;
}

/** The models of a device by their roles. */
export type PlacedModels = ReadonlyMap<ModelRole, PlacedModel>;

/** The first of `models` with one of `ids` that we have a table for. */
export function placed(models: readonly ModelAddress[], ids: readonly number[]): PlacedModel | null {
  const address = models.find((model) => ids.includes(model.id));
  const definition = address === undefined ? null : modelById(address.id);
  return address === undefined || definition === null ? null : { definition, address };
}

/** Picks the models we use, the first of each kind. */
export function pickModels(models: readonly ModelAddress[]): PlacedModels {
  const picked = new Map<ModelRole, PlacedModel>();
  for (const role of Object.keys(ROLE_IDS) as ModelRole[]) {
    const model = placed(models, ROLE_IDS[role]);
    if (model !== null) picked.set(role, model);
  }
  return picked;
}

/** The models that a reading is made from. */
export function rolesToRead(models: PlacedModels): readonly ModelRole[] {
  const replaced = new Set(INSTEAD_OF.flatMap(([role, older]) => (models.has(older) ? [role] : [])));
  return [...models.keys()].filter((role) => !COMMAND_ROLES.has(role) && !replaced.has(role));
}

/** What a device with these models can do. */
export function capabilitiesOf(models: PlacedModels): ReadonlySet<Capability> {
  const capabilities = new Set<Capability>();
  const isBatteryAlone = models.has("storageCapacity") && !models.has("dcMeasurement");
  if (models.has("inverter") || (models.has("acMeasurement") && !isBatteryAlone)) capabilities.add("pv");
  if (["storage", "storageCapacity", "batteryBank"].some((role) => models.has(role as ModelRole))) {
    capabilities.add("battery");
  }
  if (models.has("meter")) capabilities.add("meter");
  return capabilities;
}
