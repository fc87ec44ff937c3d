import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import type { Fault, NetworkFaultName } from "./fault.ts";
import type { TcpRelay } from "./tcp-relay.ts";

/**
 * Lets a network and the server behind it go wrong again and again.
 * @returns what ends it, and settles when the last restart has.
 */
export function runNetworkFaults(
  faults: readonly Fault<NetworkFaultName>[],
  relay: TcpRelay,
  restart: () => Promise<void>,
): () => Promise<void> {
  const ending = new AbortController();
  const act: Readonly<Record<NetworkFaultName, (turn: number) => Promise<void> | void>> = {
    cut: () => relay.cut(false),
    freeze: (turn) => (turn % 2 === 0 ? relay.freeze() : relay.thaw()),
    delay: () => undefined,
    restart,
  };
  const running = faults.map(async ({ name, parameter }) => {
    if (name === "delay") relay.delay(parameter);
    const pause = durationMs(Math.max(1, parameter));
    for (let turn = 0; name !== "delay" && !ending.signal.aborted; turn++) {
      const ended = await sleep(systemClock, pause, ending.signal).then(
        () => false,
        () => true,
      );
      if (ended) return;
      await act[name](turn);
    }
  });
  return async () => {
    ending.abort();
    await Promise.all(running);
  };
}
