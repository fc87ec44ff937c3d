import type { Writable } from "node:stream";
import type { RunEvent, RunReporter } from "../runtime/run-event.ts";
import { isoTime } from "../time/iso-time.ts";

/** Prints every event as one line of JSON; bigints as decimal strings, times as ISO 8601. */
export function jsonReporter(output: Writable): RunReporter {
  return (event) => {
    output.write(`${JSON.stringify(plain(event), replacer)}\n`);
  };
}

function replacer(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Times become ISO texts; everything else is as it is. */
function plain(event: RunEvent): object {
  if (event.event === "ready") {
    const { startMs, ...rest } = event;
    return { ...rest, start: isoTime(startMs) };
  }
  if (event.event !== "cleared") return event;
  const { startMs, endMs, ...rest } = event;
  return { ...rest, start: isoTime(startMs), end: isoTime(endMs) };
}
