import {
  type Clock,
  CommonwattError,
  type DeviceContext,
  type EpochMs,
  type Logger,
  systemClock,
  type WearClaim,
  type WearStore,
} from "@commonwatt/vpp-core";

const silence = (): void => undefined;
const logger: Logger = { debug: silence, info: silence, warn: silence, error: silence, child: () => logger };

/** What an adapter gets in tests: the given domain clock, and a wall clock that no other test shares. */
export function testContext(clock: Clock, wear?: WearStore): DeviceContext {
  return { clock, wallClock: { ...systemClock }, logger, ...(wear === undefined ? {} : { wear }) };
}

/** A store of claims that outlives the drivers of a test, and can be away. */
export interface TestWear extends WearStore {
  readonly claims: readonly WearClaim[];
  away: "no" | "fails" | "hangs";
}

/** Makes an empty store of claims, of one device. */
export function testWear(): TestWear {
  const claims: WearClaim[] = [];
  const isThere = async (away: TestWear["away"]): Promise<void> => {
    if (away === "fails") throw new Error("the database is away");
    if (away === "hangs") await new Promise(() => undefined);
  };
  return {
    claims,
    away: "no",
    async claim(_device, claim) {
      await isThere(this.away);
      claims.push(claim);
    },
    async claimsSince(_device, timeMs: EpochMs) {
      await isThere(this.away);
      return claims.filter(({ claimedAtMs }) => claimedAtMs > timeMs);
    },
  };
}

/** The error that a promise rejects with; fails when it does not, or not with a CommonwattError. */
export async function rejection(promise: Promise<unknown>): Promise<CommonwattError> {
  const outcome = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof CommonwattError) return outcome;
  throw outcome;
}
