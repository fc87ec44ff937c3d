import {
  type Clock,
  type DeviceContext,
  type DeviceId,
  durationMs,
  type EpochMs,
  epochMs,
  messageOf,
  sleep,
  type WearClaim,
  type WearStore,
} from "@commonwatt/vpp-core";

const DAY_MS = 86_400_000;

/** The writes of one command, and of its way back to neutral. */
export interface CommandWrites {
  /** What is commanded, where a device takes several commands. */
  readonly command: string;
  readonly writes: number;
  readonly wayBack: number;
}

/** Whose writes are counted, and how many a day may have. */
export interface WriteBudgetSettings {
  readonly deviceId: DeviceId;
  readonly context: DeviceContext;
  readonly perDayMax: number;
}

/**
 * Counts the writes of registers that wear out, over the last 24 hours and over restarts. A command claims its
 * writes before it sends them, together with those of its way back to neutral: the way back then needs neither
 * budget nor store. What cannot be claimed for certain is refused, so that there are never more writes than the
 * budget, and at worst fewer.
 */
export class WriteBudget {
  readonly #settings: WriteBudgetSettings;
  readonly #store: WearStore;
  #claims: readonly WearClaim[] | null = null;
  /** Writes of ways back that are claimed and not done, by the names of the commands. */
  readonly #wayBackClaimed = new Map<string, number>();
  /** Writes of a way back that nobody had claimed, and that the store has not taken yet. */
  #unsaved = 0;

  constructor(settings: WriteBudgetSettings) {
    this.#settings = settings;
    this.#store = settings.context.wear ?? memoryWear();
  }

  /**
   * Claims the writes of a command, and those of its way back unless they are claimed already.
   * @returns why not, as a sentence; `null` when they may be sent.
   */
  async claim({ command, writes, wayBack }: CommandWrites, deadlineMs: EpochMs): Promise<string | null> {
    const wayBackClaimed = this.#wayBackClaimed.get(command) ?? 0;
    const needed = writes + Math.max(0, wayBack - wayBackClaimed);
    if (needed === 0) return null;
    const { context, deviceId, perDayMax } = this.#settings;
    try {
      const now = context.clock.now();
      const since = epochMs(now - DAY_MS);
      this.#claims ??= await this.#inTime(this.#store.claimsSince(deviceId, since), deadlineMs);
      const used = usedSince(this.#claims, since) + this.#unsaved;
      if (used + needed > perDayMax) {
        return `${used} of ${perDayMax} writes of registers that wear out are used up in 24 hours, and ${needed} are needed, with those back to neutral`;
      }
      const claim = { claimedAtMs: now, writes: needed + this.#unsaved };
      await this.#inTime(this.#store.claim(deviceId, claim), deadlineMs);
      this.#unsaved = 0;
      this.#claims = [...this.#claims.filter(({ claimedAtMs }) => claimedAtMs > since), claim];
    } catch (error) {
      return `writes of registers that wear out cannot be counted now: ${messageOf(error)}`;
    }
    this.#wayBackClaimed.set(command, Math.max(wayBackClaimed, wayBack));
    return null;
  }

  /** Notes the writes of a way back to neutral, which is never refused. */
  noteWayBack(command: string, writes: number): void {
    const claimed = this.#wayBackClaimed.get(command) ?? 0;
    this.#unsaved += Math.max(0, writes - claimed);
    this.#wayBackClaimed.set(command, Math.max(0, claimed - writes));
  }

  async #inTime<Value>(promise: Promise<Value>, deadlineMs: EpochMs): Promise<Value> {
    const { wallClock } = this.#settings.context;
    const patience = new AbortController();
    const late = sleep(wallClock, leftUntil(wallClock, deadlineMs), patience.signal).then(
      () => Promise.reject(new Error("the store does not answer")),
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([promise, late]);
    } finally {
      patience.abort();
    }
  }
}

function leftUntil(wallClock: Clock, deadlineMs: EpochMs): ReturnType<typeof durationMs> {
  return durationMs(Math.max(0, deadlineMs - wallClock.now()));
}

function usedSince(claims: readonly WearClaim[], sinceMs: EpochMs): number {
  return claims.reduce((sum, { claimedAtMs, writes }) => (claimedAtMs > sinceMs ? sum + writes : sum), 0);
}

/** Where there is no store, as in a command that runs for a moment. */
function memoryWear(): WearStore {
  return { claim: async () => undefined, claimsSince: async () => [] };
}
