import { type Capability, type Clock, CommonwattError, type DeviceIdentity } from "@commonwatt/vpp-core";
import type { ModelAddress, ModelChain, RegisterReader } from "./model-chain.ts";
import { walkModelChain } from "./model-chain.ts";
import type { ModelDefinition } from "./model-definition.ts";
import { type ModelImage, textAt } from "./model-image.ts";
import { readModel } from "./model-reader.ts";
import { commonModel } from "./models/common-model.ts";
import { modelById } from "./models/models.ts";

/** What we use a model for. */
export type ModelRole = "inverter" | "nameplate" | "storage" | "mppt" | "meter";

const ROLE_IDS: Readonly<Record<ModelRole, readonly number[]>> = {
  inverter: [101, 102, 103, 111, 112, 113],
  nameplate: [120],
  storage: [124],
  mppt: [160],
  meter: [201, 202, 203, 204],
};

/** A model we use: its table and where the device has it. */
export interface PlacedModel {
  readonly definition: ModelDefinition;
  readonly address: ModelAddress;
}

/** What a unit is and where its models stand. */
export interface DeviceMap {
  readonly identity: DeviceIdentity;
  readonly chain: ModelChain;
  readonly common: PlacedModel;
  readonly models: ReadonlyMap<ModelRole, PlacedModel>;
  readonly capabilities: ReadonlySet<Capability>;
}

/**
 * Walks the chain of a unit and picks the models we use, the first of each kind: an inverter that carries
 * a meter behind a second model 1 is one device with both.
 * @throws CommonwattError `SUNSPEC_NOT_FOUND`, `SUNSPEC_NOTHING_KNOWN`, or what the wire throws.
 */
export async function discoverDevice(
  read: RegisterReader,
  address: string,
  clock: Clock,
): Promise<DeviceMap> {
  const chain = await walkModelChain(read);
  const common = placed(chain, commonModel.ids);
  const models = new Map<ModelRole, PlacedModel>();
  for (const role of Object.keys(ROLE_IDS) as ModelRole[]) {
    const model = placed(chain, ROLE_IDS[role]);
    if (model !== null) models.set(role, model);
  }
  const capabilities = capabilitiesOf(models);
  if (common === null || capabilities.size === 0) {
    throw new CommonwattError("SUNSPEC_NOTHING_KNOWN", `${address} has no inverter, storage or meter model`, {
      details: { models: chain.models.map((model) => model.id).join(" ") },
    });
  }
  const image = await readModel(read, common.definition, common.address, clock);
  return { identity: identityFrom(image, address), chain, common, models, capabilities };
}

function placed(chain: ModelChain, ids: readonly number[]): PlacedModel | null {
  const address = chain.models.find((model) => ids.includes(model.id));
  const definition = address === undefined ? null : modelById(address.id);
  return address === undefined || definition === null ? null : { definition, address };
}

function capabilitiesOf(models: ReadonlyMap<ModelRole, PlacedModel>): ReadonlySet<Capability> {
  const capabilities = new Set<Capability>();
  if (models.has("inverter")) capabilities.add("pv");
  if (models.has("storage")) capabilities.add("battery");
  if (models.has("meter")) capabilities.add("meter");
  return capabilities;
}

/** What model 1 says; a text that is missing or unreadable becomes `unknown`. */
export function identityFrom(common: ModelImage, address: string): DeviceIdentity {
  const text = (name: string): string | null => {
    const decoded = textAt(common, name);
    return decoded.status === "good" ? decoded.value : null;
  };
  return {
    protocol: "modbus",
    address,
    manufacturer: text("Mn") ?? "unknown",
    model: text("Md") ?? "unknown",
    serialNumber: text("SN") ?? "unknown",
    firmware: text("Vr"),
  };
}
