import type { Forecaster } from "../dispatch/forecast.ts";
import type { ConnectionLimits } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { DeviceConnector } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { SiteServer } from "../ports/site-server.ts";
import type { TradingVenue } from "../ports/trading-venue.ts";
import type { AcceleratedTime } from "../time/accelerated-clock.ts";
import type { EpochMs } from "../time/clock.ts";
import type { IntervalMinutes } from "../time/delivery-interval.ts";
import type { WattHours } from "../units/energy.ts";

/** An option that a configuration file adds to the command line, e.g. `--homes`: a whole number. */
export interface ConfigOption {
  readonly describe: string;
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** The options a file declares, and the values that a run was given for them. */
export type OptionValues<Options> = { readonly [Name in keyof Options]: number };

/** One home of a community. */
export interface SiteConfig {
  /** Lower-case letters, digits and dashes. */
  readonly id: string;
  readonly devices: readonly DeviceConnector[];
  readonly limits: ConnectionLimits;
  /** Energy the owner keeps in the battery. */
  readonly reserveWh: WattHours;
  /** Persistence when left out. */
  readonly forecaster?: Forecaster;
  /** How other systems read and command the home; nobody does when left out. */
  readonly servers?: readonly SiteServer[];
}

/** Hardware that lives in simulated time: told when time begins to run. */
export interface EmulatedWorld {
  go(time: AcceleratedTime): void;
  stop(): Promise<void>;
}

/** Everything that a running community is made of. */
export interface CommunityConfig {
  /** Names the community on the market and in the escrow: letters, digits and dashes. */
  readonly community: string;
  readonly feeder: string;
  /** ISO 4217 code, for print. */
  readonly currency: string;
  readonly intervalMinutes: IntervalMinutes;
  readonly tariff: Tariff;
  readonly sites: readonly SiteConfig[];
  readonly venue: TradingVenue;
  readonly rail: SettlementRail;
  readonly world?: EmulatedWorld;
  /** What the summary says of the scenario. */
  readonly scenario?: Readonly<Record<string, string | number>>;
}

/** What a configuration's `setup` is given. */
export interface SetupContext<Options> {
  readonly options: OptionValues<Options>;
  /** A folder for what must survive a restart. */
  readonly directory: string;
  /** When the community's time begins, or goes on after a restart. */
  readonly startMs: EpochMs;
  readonly logger: Logger;
}

/** A configuration file: what it may be told, and how the community is put together. */
export interface ConfigFile<Options extends Record<string, ConfigOption> = Record<string, ConfigOption>> {
  readonly options: Options;
  /** When simulated time begins (UTC). `null` for real hardware in real time. */
  readonly simulatedStartMs: EpochMs | null;
  setup(context: SetupContext<Options>): Promise<CommunityConfig>;
}

/**
 * Types a configuration file. The file exports the result as `config`:
 * `export const config = defineConfig({ … })`.
 */
export function defineConfig<Options extends Record<string, ConfigOption>>(
  file: ConfigFile<Options>,
): ConfigFile<Options> {
  return file;
}
