import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { MeteringStore } from "../ports/store.ts";

/** Signed readings of one site on their way to the store: none is lost, none is saved out of order. */
export interface UnsavedReadings {
  /** Takes a reading and saves it in the background: a store that is slow or away holds up nobody. */
  add(reading: SignedMeterReading): void;
  /** Tries again in the background, if something waits. */
  retry(): void;
  /**
   * Waits until everything added so far is saved.
   * @throws CommonwattError as the store does; the readings go on waiting.
   */
  flush(): Promise<void>;
  /** Saves what waits, or keeps it in the folder for the next run when the store is away. */
  close(): Promise<void>;
}

/** Where the readings of a site wait for the store, and for the next run when there is none before the end. */
export interface UnsavedReadingsContext {
  readonly siteId: SiteId;
  readonly metering: MeteringStore;
  /** A folder for what the store does not take before the end. */
  readonly spoolDirectory: string;
  readonly logger: Logger;
}

/** Makes the queue of one site. A store that is away is told once, and once when it is back. */
export function unsavedReadings(context: UnsavedReadingsContext): UnsavedReadings {
  const { siteId, metering, logger } = context;
  const waiting: SignedMeterReading[] = [];
  let saving: Promise<void> | null = null;
  let isWaitTold = false;
  const saveAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = [...waiting];
      await metering.save(batch);
      waiting.splice(0, batch.length);
    }
    if (isWaitTold) logger.info({ site: siteId }, "meter readings that waited are saved");
    isWaitTold = false;
  };
  const flush = (): Promise<void> => {
    saving ??= saveAll().finally(() => {
      saving = null;
    });
    return saving;
  };
  const retry = (): void => {
    if (waiting.length === 0) return;
    flush().catch((error: unknown) => {
      if (!isWaitTold) logger.warn({ site: siteId, error: messageOf(error) }, "meter readings wait");
      isWaitTold = true;
    });
  };
  return {
    add(reading) {
      waiting.push(reading);
      retry();
    },
    retry,
    flush,
    async close() {
      try {
        await flush();
      } catch (error) {
        writeFileSync(keptFile(context.spoolDirectory, siteId), JSON.stringify(waiting));
        logger.warn(
          { site: siteId, error: messageOf(error), count: waiting.length },
          "meter readings are kept for the next run",
        );
      }
    },
  };
}

/**
 * Saves what an earlier run of a site had to keep. Done before the site starts, because its meter numbers its
 * next reading after the last one that the store has.
 */
export async function saveKeptReadings(
  spoolDirectory: string,
  siteId: SiteId,
  metering: MeteringStore,
): Promise<void> {
  const path = keptFile(spoolDirectory, siteId);
  if (!existsSync(path)) return;
  await metering.save(JSON.parse(readFileSync(path, "utf8")) as SignedMeterReading[]);
  rmSync(path);
}

function keptFile(spoolDirectory: string, siteId: SiteId): string {
  return join(spoolDirectory, `meter-${siteId}.json`);
}
