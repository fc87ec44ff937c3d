import { once } from "node:events";
import { createReadStream, fstatSync } from "node:fs";
import { createServer, Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { AgentAddress } from "./agent-address.ts";
import { linesIn } from "./lines-in.ts";

/** What the thread is begun with. */
export interface LineThreadData {
  readonly address: AgentAddress;
  readonly connectWithinMs: number;
  /** Asks come this way, and answers go. */
  readonly port: MessagePort;
  /** One word, counted up with each answer: who waits for it sleeps on it. */
  readonly answers: Int32Array;
}

/** What the thread says before anything is asked, and when it has closed. */
export type LineThreadEvent =
  | { readonly event: "listening"; readonly at: string }
  | { readonly event: "connected" }
  | { readonly event: "failed"; readonly message: string }
  /** Nobody has connected in time. */
  | { readonly event: "missing" }
  | { readonly event: "closed" };

/** What it is told to do. */
export type LineAsk =
  /** Sends a line, and answers with the next that comes when asked to. */
  { readonly do: "send"; readonly line: string | null; readonly isAsked: boolean } | { readonly do: "close" };

/** The next line; `null` when there will be no more, and why. */
export interface LineAnswer {
  readonly line: string | null;
  readonly why: string;
}

interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

const { address, connectWithinMs, port, answers } = workerData as LineThreadData;

function tell(event: LineThreadEvent): void {
  parentPort?.postMessage(event);
}

/** Standard input and output; the main thread, which waits, cannot read and write meanwhile. */
function ownStreams(): Streams {
  const kind = fstatSync(0);
  const isPipe = kind.isFIFO() || kind.isSocket();
  const input = isPipe
    ? new Socket({ fd: 0, readable: true, writable: false })
    : createReadStream("", { fd: 0 });
  return { input, output: new Socket({ fd: 1, readable: false, writable: true }) };
}

/** The first who connects; nobody else can. `null` when nobody does in time. */
async function connectedStreams(to: Exclude<AgentAddress, { kind: "stdio" }>): Promise<Streams | null> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(to.kind === "tcp" ? { host: to.host, port: to.port } : { path: to.path });
  await once(server, "listening");
  const own = server.address();
  const at =
    typeof own === "object" && own !== null ? `tcp://${hostIn(own.address)}:${own.port}` : `unix:${own}`;
  tell({ event: "listening", at });
  const signal = AbortSignal.timeout(connectWithinMs);
  try {
    const [socket] = (await once(server, "connection", { signal })) as [Socket];
    return { input: socket, output: socket };
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    server.close();
  }
}

function hostIn(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Said here, as all else that this thread needs: so it is ready at once. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function serve(): Promise<void> {
  const streams = address.kind === "stdio" ? ownStreams() : await connectedStreams(address);
  if (streams === null) return tell({ event: "missing" });
  const { input, output } = streams;
  // Whoever is gone is noticed when the next line does not come.
  output.on("error", () => {});
  const lines = linesIn(input.setEncoding("utf8"));
  port.on("message", (ask: LineAsk) => {
    if (ask.do === "close") output.end(() => tell({ event: "closed" }));
    else void send(ask, output, lines);
  });
  tell({ event: "connected" });
}

async function send(
  { line, isAsked }: Extract<LineAsk, { do: "send" }>,
  output: Writable,
  lines: AsyncGenerator<string, void>,
): Promise<void> {
  if (line !== null) output.write(`${line}\n`);
  if (!isAsked) return;
  const answer = await lines.next().then(
    ({ value }): LineAnswer => ({ line: value ?? null, why: "it has closed its end" }),
    (error: unknown): LineAnswer => ({ line: null, why: wordsOf(error) }),
  );
  port.postMessage(answer);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

serve().catch((error: unknown) => tell({ event: "failed", message: wordsOf(error) }));
