import { processUptimeMs } from "@commonwatt/vpp-core";

/** Where a bar is drawn: a terminal, or anything else, which is left alone. */
export interface BarOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how far a run is. */
export interface ProgressBar {
  update(done: number, of: number): void;
  /** Takes the bar away. */
  end(): void;
}

const CELLS = 24;
/** More often nobody can read. */
const REDRAW_MS = 100;

/**
 * A bar on one line of a terminal, with the rate and the time that is left at that rate; nothing where the output is no
 * terminal.
 * @param unit - what the rate counts; a step of progress is so many of them: `{ name: "home-intervals", perStep: 17 }`.
 * @param nowMs - a clock that never jumps.
 */
export function progressBar(
  output: BarOutput,
  unit: { readonly name: string; readonly perStep: number },
  nowMs: () => number = processUptimeMs,
): ProgressBar {
  if (output.isTTY !== true) return { update: () => {}, end: () => {} };
  const startMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    update(done, of) {
      const atMs = nowMs();
      if (done < of && atMs - drawnMs < REDRAW_MS) return;
      drawnMs = atMs;
      output.write(`\r${barLine(done, of, atMs - startMs, unit)}\u001b[K`);
    },
    end: () => output.write("\r\u001b[K"),
  };
}

function barLine(
  done: number,
  of: number,
  elapsedMs: number,
  unit: { readonly name: string; readonly perStep: number },
): string {
  const share = of === 0 ? 1 : done / of;
  const full = Math.floor(share * CELLS);
  const bar = `[${"█".repeat(full)}${"░".repeat(CELLS - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
  if (done === 0 || elapsedMs <= 0) return bar;
  const perSecond = (done * unit.perStep * 1_000) / elapsedMs;
  const leftSeconds = Math.ceil((elapsedMs * (of - done)) / done / 1_000);
  return `${bar}  ${short(perSecond)} ${unit.name}/s  ${clock(leftSeconds)} left`;
}

/** `1234567` as `1.2M`. */
function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(0)}k`;
  return value.toFixed(value >= 10 ? 0 : 1);
}

function clock(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
