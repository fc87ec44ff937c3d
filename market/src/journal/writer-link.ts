import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { CommonwattError } from "@commonwatt/vpp-core";
import { type JournalRing, RING_STATE } from "./journal-ring.ts";
import type { JournalWriter } from "./journal-writer.ts";
import type { WriterTask } from "./segment-writer.ts";
import { callWriter } from "./writer-bell.ts";
import type { WriterMessage } from "./writer-thread.ts";

/** The owner's end of what joins a journal and the thread that writes it. */
export interface WriterLink {
  /**
   * Throws what has failed, also when its message has not come in yet.
   * @throws CommonwattError `JOURNAL_WRITE_FAILED`, for good.
   */
  assertAlive(): void;
  /** Calls back when something was written for one who waits, and when writing has failed. */
  onNews(listener: (failure: CommonwattError | null) => void): void;
  /** Whether the process is kept alive for news. */
  keepAlive(isWaiting: boolean): void;
  /** Tells the thread to write what is ready and to close its file, and waits until it has. */
  close(): Promise<void>;
}

type Heard = "opened" | "closed" | "failed";

/** Hands a ring to a writer; resolves once that has its file open, and rejects when it cannot. */
export async function linkWriter(
  ring: JournalRing,
  task: WriterTask,
  writer: JournalWriter,
): Promise<WriterLink> {
  const { port1: port, port2 } = new MessageChannel();
  let failure: CommonwattError | null = null;
  let isWriterDead = false;
  let listener: (failure: CommonwattError | null) => void = () => {};
  let hear: (heard: Heard) => void = () => {};
  const nextHeard = (): Promise<Heard> =>
    new Promise((resolve) => {
      hear = resolve;
    });

  function take(message: WriterMessage): void {
    if (message.kind === "failed") failure ??= writeFailed(task.directory, message.errno, message.message);
    if (message.kind !== "durable") hear(message.kind);
    listener(failure);
  }
  function assertAlive(): void {
    if (failure === null && Atomics.load(ring.state, RING_STATE.FAILED) === 1) takeAll(port, take);
    if (failure !== null) throw failure;
  }

  port.on("message", take);
  writer.onDeath((cause) => {
    isWriterDead = true;
    take({ kind: "failed", errno: "thread", message: `its thread has died: ${String(cause)}` });
  });
  const opened = nextHeard();
  writer.send({ task }, port2);
  if ((await opened) === "failed") assertAlive();
  port.unref();
  return {
    assertAlive,
    onNews(given) {
      listener = given;
    },
    keepAlive: (isWaiting) => (isWaiting ? port.ref() : port.unref()),
    async close() {
      port.ref();
      const closed = nextHeard();
      port.postMessage("close");
      callWriter(ring.bell);
      if (!isWriterDead) await closed;
      port.close();
      if (failure !== null) throw failure;
    },
  };
}

function takeAll(port: MessagePort, take: (message: WriterMessage) => void): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
    take(next.message);
}

/** A failed write, with the system's name for what failed. */
export function writeFailed(directory: string, errno: string, message: string): CommonwattError {
  const text = `the journal in ${directory} could not be written: ${message}`;
  return new CommonwattError("JOURNAL_WRITE_FAILED", text, { details: { directory, errno } });
}
