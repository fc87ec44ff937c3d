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
}

/** Makes the queue of one site. A store that is away is told once, and once when it is back. */
export function unsavedReadings(siteId: SiteId, metering: MeteringStore, logger: Logger): UnsavedReadings {
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
  };
}
