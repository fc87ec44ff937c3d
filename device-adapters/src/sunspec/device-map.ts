import { type Capability, type Clock, CommonwattError, type DeviceIdentity } from "@commonwatt/vpp-core";
import { type ModelAddress, type ModelChain, type RegisterReader, walkModelChain } from "./model-chain.ts";
import { type ModelImage, textAt } from "./model-image.ts";
import { readModel } from "./model-reader.ts";
import { capabilitiesOf, type PlacedModel, type PlacedModels, pickModels, placed } from "./model-role.ts";
import { commonModel } from "./models/common-model.ts";

/** What a unit is and where its models stand. */
export interface DeviceMap {
  readonly identity: DeviceIdentity;
  readonly chain: ModelChain;
  readonly common: PlacedModel;
  readonly models: PlacedModels;
  readonly capabilities: ReadonlySet<Capability>;
}

/** One logical device of a unit: a model 1 and the models behind it, up to the next model 1. */
export interface LogicalDevice {
  /** Which model 1 of the map it is, from 0: the option `device` of a Modbus device. */
  readonly device: number;
  readonly identity: DeviceIdentity;
  readonly models: readonly number[];
  readonly capabilities: ReadonlySet<Capability>;
}

/** Where a device is and which part of its unit it is. */
export interface DeviceAddress {
  /** For messages. */
  readonly address: string;
  /** Which logical device; `null` takes all of the unit as one. */
  readonly device: number | null;
}

/**
 * Walks the chain of a unit and picks the models we use, the first of each kind: of one logical device, or
 * of all, so that an inverter that carries a meter behind a second model 1 is one device with both.
 * @throws CommonwattError `SUNSPEC_NOT_FOUND`, `SUNSPEC_NO_SUCH_DEVICE` (its details list those there are),
 *   `SUNSPEC_NOTHING_KNOWN`, or what the wire throws.
 */
export async function discoverDevice(
  read: RegisterReader,
  at: DeviceAddress,
  clock: Clock,
): Promise<DeviceMap> {
  const chain = await walkModelChain(read);
  const own = chain.models.filter(({ deviceIndex }) => at.device === null || deviceIndex === at.device);
  if (at.device !== null && own.length === 0) await refuseDevice(read, chain, at, clock);
  const common = placed(own, commonModel.ids);
  const models = pickModels(own);
  const capabilities = capabilitiesOf(models);
  if (common === null || capabilities.size === 0) {
    throw new CommonwattError(
      "SUNSPEC_NOTHING_KNOWN",
      `${at.address} has no inverter, storage or meter model`,
      {
        details: { models: own.map((model) => model.id).join(" ") },
      },
    );
  }
  const image = await readModel(read, common.definition, common.address, clock);
  return { identity: identityFrom(image, at.address), chain, common, models, capabilities };
}

/**
 * Lists the logical devices of a unit.
 * @throws CommonwattError `SUNSPEC_NOT_FOUND`, or what the wire throws.
 */
export async function listLogicalDevices(
  read: RegisterReader,
  address: string,
  clock: Clock,
): Promise<readonly LogicalDevice[]> {
  return devicesOf(read, await walkModelChain(read), address, clock);
}

async function devicesOf(
  read: RegisterReader,
  chain: ModelChain,
  address: string,
  clock: Clock,
): Promise<readonly LogicalDevice[]> {
  const byDevice = new Map<number, ModelAddress[]>();
  for (const model of chain.models) {
    byDevice.set(model.deviceIndex, [...(byDevice.get(model.deviceIndex) ?? []), model]);
  }
  const devices: LogicalDevice[] = [];
  for (const [device, models] of byDevice) {
    const common = placed(models, commonModel.ids);
    if (common === null) continue;
    const image = await readModel(read, common.definition, common.address, clock);
    devices.push({
      device,
      identity: identityFrom(image, address),
      models: models.map(({ id }) => id),
      capabilities: capabilitiesOf(pickModels(models)),
    });
  }
  return devices;
}

async function refuseDevice(
  read: RegisterReader,
  chain: ModelChain,
  { address, device }: DeviceAddress,
  clock: Clock,
): Promise<never> {
  const devices = await devicesOf(read, chain, address, clock);
  const names = devices.map(
    (each) =>
      `${each.device}: ${each.identity.manufacturer} ${each.identity.model} (${each.models.join(" ")})`,
  );
  throw new CommonwattError(
    "SUNSPEC_NO_SUCH_DEVICE",
    `${address} has no device ${device}; it has ${names.join(", ")}`,
    {
      details: { device, devices: names.join(", ") },
    },
  );
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
