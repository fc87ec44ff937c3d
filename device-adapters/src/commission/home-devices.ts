import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CommonwattError,
  type CommunityConfig,
  type ConfigFile,
  type DeviceConnector,
  type Logger,
  loadConfig,
  systemClock,
} from "@commonwatt/vpp-core";
import { deviceAt, isAddress } from "./device-address.ts";

/** A device to be commissioned, and those of its home that measure beside it. */
export interface HomeDevices {
  readonly device: DeviceConnector;
  readonly beside: readonly DeviceConnector[];
}

/** How a person says which device. */
export interface DeviceChoice {
  /** An id in the configuration, or an address. */
  readonly device: string;
  /** The grid meter, where it is a device of its own that no configuration names. */
  readonly meter: string | null;
  readonly configFile: string;
}

/**
 * Finds the device, and the others of its home.
 * @throws CommonwattError `USAGE_BAD_DEVICE`, `USAGE_UNKNOWN_DEVICE`, or as a configuration fails (`CONFIG_…`).
 */
export async function homeDevices(choice: DeviceChoice, logger: Logger): Promise<HomeDevices> {
  const { device, meter } = choice;
  const metering = meter === null ? [] : [deviceAt(meter, "meter")];
  if (isAddress(device)) return { device: deviceAt(device, "device"), beside: metering };
  const { sites } = await communityOf(choice.configFile, logger);
  for (const site of sites) {
    const found = site.devices.find(({ id }) => id === device);
    if (found === undefined) continue;
    const others = site.devices.filter((each) => each !== found);
    return { device: found, beside: [...metering, ...others] };
  }
  const known = sites.flatMap((site) => site.devices.map(({ id }) => id)).join(", ");
  throw new CommonwattError(
    "USAGE_UNKNOWN_DEVICE",
    `"${device}" is no address, and ${choice.configFile} has ${known || "no devices"}`,
    { details: { device } },
  );
}

async function communityOf(file: string, logger: Logger): Promise<CommunityConfig> {
  const config: ConfigFile = await loadConfig(file);
  if (config.simulatedStartMs !== null) {
    throw new CommonwattError(
      "CONFIG_INVALID",
      `${file} emulates its hardware: there is nothing to commission`,
    );
  }
  const options = Object.entries(config.options ?? {}).map(
    ([name, option]) => [name, option.default] as const,
  );
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-commission-"));
  try {
    return await config.setup({
      options: Object.fromEntries(options),
      directory,
      startMs: systemClock.now(),
      logger,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
