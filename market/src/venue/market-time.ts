import { type Clock, durationMs, type EpochMs, type Timer } from "@commonwatt/vpp-core";

/** The longest that a timer runs; Node.js counts its milliseconds in 31 bits. */
const WAIT_MAX_MS = 3_600_000;

/** Looks at a market whenever something may be due by time alone. */
export interface MarketTime {
  /** Something may have changed what is due next. */
  rearm(): void;
  stop(): void;
}

/** Calls `onDue` on a clock's time, when what `dueAtMs` says has come. */
export function marketTime(clock: Clock, dueAtMs: () => EpochMs | null, onDue: () => unknown): MarketTime {
  let timer: Timer | null = null;
  let armedMs: number | null = null;
  const rearm = (): void => {
    const due = dueAtMs();
    if (due === armedMs) return;
    timer?.cancel();
    timer = null;
    armedMs = due;
    if (due === null) return;
    const waitMs = Math.min(WAIT_MAX_MS, Math.max(0, due - clock.now()));
    timer = clock.after(durationMs(waitMs), () => {
      armedMs = null;
      if (due <= clock.now()) void onDue();
      rearm();
    });
  };
  return {
    rearm,
    stop() {
      timer?.cancel();
      armedMs = Number.NaN;
    },
  };
}
