import { version } from "../api/version.ts";
import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { RunningSiteServer, ServedSite, SiteServer } from "../ports/site-server.ts";
import { backOff } from "../time/back-off.ts";
import { type Clock, sleep } from "../time/clock.ts";
import { seededRandom } from "../time/random.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What the servers of a site are started with, and whom they tell. */
export interface ServingContext {
  readonly community: string;
  /** A folder for the order of commands. */
  readonly directory: string;
  /** A server is up, at this address. */
  readonly onServing: (site: SiteId, server: string, address: string) => void;
  /** A server could not start; told once, and tried again. */
  readonly onServerDown: (site: SiteId, server: string, code: string, problem: string) => void;
}

/** The servers of one site. */
export interface SiteServing {
  /** Starts every server; settles when each is up or has failed for the first time. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What serving needs of the site's own context. */
export interface ServingClocks {
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly logger: Logger;
}

/** What a site says it is to whom it is shared with. */
export function siteIdentity(
  community: string,
  siteId: SiteId,
): Pick<ServedSite, "community" | "siteId" | "identity"> {
  const firmware = version();
  return {
    community,
    siteId,
    identity: { manufacturer: "Commonwatt", model: "Home", serialNumber: siteId, firmware },
  };
}

/** Keeps a site's servers up. One that cannot start is tried again, after pauses from 1 s up to 60 s. */
export function siteServing(
  servers: readonly SiteServer[],
  site: ServedSite,
  clocks: ServingClocks,
  told: ServingContext,
): SiteServing {
  const aborter = new AbortController();
  const running: RunningSiteServer[] = [];
  const tries: Promise<void>[] = [];
  const tryOnce = async (server: SiteServer, isFirst: boolean): Promise<boolean> => {
    const logger = clocks.logger.child({ site: site.siteId, server: server.name });
    try {
      const up = await server.start(site, { clock: clocks.clock, logger });
      running.push(up);
      told.onServing(site.siteId, server.name, up.address);
      return true;
    } catch (error) {
      const code = error instanceof CommonwattError ? error.code : "SITE_SERVER_FAILED";
      logger.warn({ code, problem: messageOf(error) }, "server does not start");
      if (isFirst) told.onServerDown(site.siteId, server.name, code, messageOf(error));
      return false;
    }
  };
  const tryAgain = async (server: SiteServer): Promise<void> => {
    const pauses = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, seededRandom(`${site.siteId} ${server.name}`));
    for (;;) {
      await sleep(clocks.wallClock, pauses.next(), aborter.signal).catch(() => undefined);
      if (aborter.signal.aborted || (await tryOnce(server, false))) return;
    }
  };
  const startOne = async (server: SiteServer): Promise<void> => {
    if (!aborter.signal.aborted && !(await tryOnce(server, true))) tries.push(tryAgain(server));
  };
  let starting: Promise<unknown> = Promise.resolve();
  return {
    async start() {
      starting = Promise.all(servers.map(startOne));
      await starting;
    },
    async stop() {
      aborter.abort();
      await starting;
      await Promise.all(tries);
      for (const server of running.splice(0)) {
        await server.stop().catch((error: unknown) => {
          clocks.logger.error({ site: site.siteId, error: messageOf(error) }, "server did not stop cleanly");
        });
      }
    },
  };
}
