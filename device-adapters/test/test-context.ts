import {
  type Clock,
  CommonwattError,
  type DeviceContext,
  type Logger,
  systemClock,
} from "@commonwatt/vpp-core";

const silence = (): void => undefined;
const logger: Logger = { debug: silence, info: silence, warn: silence, error: silence, child: () => logger };

/** What an adapter gets in tests: the given domain clock, and a wall clock that no other test shares. */
export function testContext(clock: Clock): DeviceContext {
  return { clock, wallClock: { ...systemClock }, logger };
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
