import type { EventEmitter } from "node:events";
import { CommonwattError } from "../errors/commonwatt-error.ts";

/** Signals that ask for a stop, and how the run names them as its reason. */
const REASONS = {
  SIGINT: "Ctrl-C",
  SIGTERM: "told to by SIGTERM",
  SIGHUP: "the terminal was closed",
} as const;

/**
 * A signal that aborts when somebody asks for a stop: by Ctrl-C, by `kill`, by closing the terminal, or by
 * closing the pipe that the output goes to; its reason is a `COMMAND_STOPPED`. However often that is, the run comes down in its order, once.
 * @param signals what emits the process's signals
 * @param output where the run is told
 */
export function stopRequest(signals: EventEmitter, output: EventEmitter): AbortSignal {
  const aborter = new AbortController();
  for (const [signal, reason] of Object.entries(REASONS)) {
    signals.on(signal, () => aborter.abort(stopped(reason)));
  }
  // Without a listener, the first line that nobody reads would end the process in the middle of its work.
  output.on("error", () => aborter.abort(stopped("nobody reads the output any more")));
  return aborter.signal;
}

function stopped(reason: string): CommonwattError {
  return new CommonwattError("COMMAND_STOPPED", reason);
}
