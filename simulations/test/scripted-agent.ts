import { connect } from "node:net";
import { createInterface } from "node:readline";
import { workerData } from "node:worker_threads";

/** What an agent does, whatever it hears. */
export interface AgentScript {
  /** A port of this machine, or the path of a socket. */
  readonly at: number | string;
  /** One line for each that it hears; then it says nothing any more. */
  readonly lines: readonly string[];
  /** Then it hangs up. */
  readonly isLeaving: boolean;
  /** Every line that it has heard is put here, with how many bytes are in use in the first word. */
  readonly heard: SharedArrayBuffer;
}

const { at, lines, isLeaving, heard } = workerData as AgentScript;
const socket = typeof at === "number" ? connect(at, "127.0.0.1") : connect(at);
const waiting = [...lines];
const used = new Int32Array(heard, 0, 1);
const bytes = new Uint8Array(heard, Int32Array.BYTES_PER_ELEMENT);

for await (const line of createInterface({ input: socket })) {
  const text = Buffer.from(`${line}\n`);
  bytes.set(text, used[0]);
  used[0] = (used[0] as number) + text.length;
  const next = waiting.shift();
  if (next !== undefined) socket.write(`${next}\n`);
  else if (isLeaving) socket.end();
}
