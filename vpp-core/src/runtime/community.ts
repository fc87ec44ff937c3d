import { startApi } from "../api/server.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { Clock } from "../time/clock.ts";
import { checkConfig } from "./check-config.ts";
import { type Closers, closers as newClosers } from "./closers.ts";
import { communityView } from "./community-view.ts";
import type { CommunityConfig, ConfigFile } from "./config.ts";
import { countBy } from "./count-by.ts";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { members } from "./members.ts";
import { openStore } from "./open-store.ts";
import { type RunClock, realRunClock, resumeTime, simulatedRunClock } from "./run-clock.ts";
import type { RunReporter } from "./run-event.ts";
import { type RunTally, runTally } from "./run-tally.ts";
import { startRail, startVenue } from "./start-services.ts";
import { type CommunityContext, startSites } from "./start-sites.ts";

/** What a community is started with. */
export interface StartOptions {
  /** Path of the configuration file, for messages. */
  readonly file: string;
  readonly config: ConfigFile;
  readonly values: Readonly<Record<string, number>>;
  /** Seconds of simulated time per real second; 1 for real hardware. */
  readonly speed: number;
  /** Folder for what survives restarts; `null` for a temporary one. */
  readonly dataPath: string | null;
  /** `null` for the embedded database. */
  readonly databaseUrl: string | null;
  readonly apiHost: string;
  /** `null` takes the usual port, or any free one when it is in use. */
  readonly apiPort: number | null;
  readonly logger: Logger;
  readonly report: RunReporter;
  /** Real time since the process started. */
  readonly uptimeMs: () => number;
}

/** A community that is up. */
export interface Community {
  readonly context: CommunityContext;
  readonly config: CommunityConfig;
  readonly tally: RunTally;
  /** Returns every battery to its own mode, lets go of the devices and flushes what was read. */
  rest(): Promise<void>;
  /** Brings everything else down. */
  close(): Promise<void>;
}

/**
 * Brings a community up: store and hardware, then market and settlement, then the sites, then time.
 * What was started is brought down again when a later step fails.
 */
export async function startCommunity(options: StartOptions, signal: AbortSignal): Promise<Community> {
  const closers = newClosers(options.logger);
  const directory = openDataDirectory(options.dataPath);
  closers.add("data folder", () => directory.close());
  try {
    return await bringUp(options, directory, closers, signal);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function bringUp(
  options: StartOptions,
  directory: DataDirectory,
  closers: Closers,
  signal: AbortSignal,
): Promise<Community> {
  const { logger, report } = options;
  const tally = runTally(options.uptimeMs);
  const time = openClock(options, directory);
  closers.add("clock", () => time.stop());
  report({ event: "starting", step: "database and devices" });
  const [store, config] = await bothOrNeither(
    openStore(options.databaseUrl, directory, logger, closers, signal),
    setUp(options, directory, time.clock, closers),
  );
  const everyone = members(config, directory.folder("keys"));
  const services = { config, everyone, directory, clock: time.clock, logger, report, tally, store, closers };
  report({ event: "starting", step: "market and settlement" });
  await startRail(services, signal);
  await startVenue(services);
  report({ event: "starting", step: "homes" });
  const context = await startSites(services, options.speed);
  const rest = restOnce(context);
  closers.add("homes", rest);
  await openApi(options, config, context, closers);
  const running = time.go();
  config.world?.go(running);
  return { context, config, tally, rest, close: () => closers.closeAll() };
}

function openClock({ config, speed }: StartOptions, directory: DataDirectory): RunClock {
  if (config.simulatedStartMs === null) return realRunClock();
  const folder = directory.folder("clock");
  return simulatedRunClock(folder, resumeTime(folder, config.simulatedStartMs), speed);
}

/** Waits for both, even when one fails, so that nothing is still starting while the rest comes down. */
async function bothOrNeither<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

async function setUp(
  options: StartOptions,
  directory: DataDirectory,
  clock: Clock,
  closers: Closers,
): Promise<CommunityConfig> {
  const config = await options.config.setup({
    options: options.values,
    directory: directory.folder("hardware"),
    startMs: clock.now(),
    logger: options.logger.child({ component: "hardware" }),
  });
  const { world } = config;
  if (world !== undefined) closers.add("emulated hardware", () => world.stop());
  checkConfig(options.file, config);
  return config;
}

function restOnce({ sites, store, logger }: CommunityContext): () => Promise<void> {
  let resting: Promise<void> | null = null;
  const rest = async (): Promise<void> => {
    await Promise.all(sites.map((site) => site.stop()));
    // What the database does not take now goes to disk when the store closes.
    await store.readings.flush().catch((error: unknown) => {
      logger.error({ error: messageOf(error) }, "the last readings are not in the database");
    });
  };
  return () => {
    resting ??= rest();
    return resting;
  };
}

async function openApi(
  options: StartOptions,
  config: CommunityConfig,
  context: CommunityContext,
  closers: Closers,
): Promise<void> {
  const api = await startApi({
    host: options.apiHost,
    port: options.apiPort,
    community: communityView(config, context, options.speed),
    store: context.store,
    routes: [config.venue.routes, config.rail.routes],
    logger: options.logger.child({ component: "api" }),
  });
  closers.add("API", () => api.close());
  const links = context.sites.flatMap((site) => site.links.map((link) => link.live()));
  const identities = links.flatMap(({ deviceId, identity }) =>
    identity === null ? [] : [{ deviceId, ...identity }],
  );
  options.report({
    event: "ready",
    community: config.community,
    currency: config.currency,
    startMs: context.clock.now(),
    speed: options.speed,
    homes: context.sites.length,
    devices: countBy(identities, ({ protocol }) => protocol),
    addresses: Object.fromEntries(identities.map(({ deviceId, address }) => [deviceId, address])),
    apiUrl: api.url,
    docsUrl: `${api.url}/docs`,
    chainUrl: config.rail.nodeUrl(),
    store: context.store.description,
    dataDirectory: options.dataPath,
  });
}
