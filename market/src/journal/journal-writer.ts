import { type MessagePort, Worker } from "node:worker_threads";
import { callWriter, createBell, type WriterBell } from "./writer-bell.ts";

/** A thread that writes journals to the disk. */
export interface JournalWriter {
  readonly bell: WriterBell;
  /** Hands over one more journal to write. */
  send(order: object, port: MessagePort): void;
  /** Calls back when the thread itself has died. */
  onDeath(listener: (cause: unknown) => void): void;
}

let shared: JournalWriter | null = null;

/** The process's one thread that writes journals, started when first asked for. */
export function sharedWriter(): JournalWriter {
  shared ??= startWriter();
  return shared;
}

/** Starts a thread that writes journals. It ends with the process, and does not keep it alive. */
export function startWriter(): JournalWriter {
  const bell = createBell();
  // Flags of the process, such as those of code on its command line, are not the thread's.
  const options = { workerData: { bell }, execArgv: [] };
  const worker = new Worker(new URL("./writer-thread.ts", import.meta.url), options);
  worker.unref();
  const listeners = new Set<(cause: unknown) => void>();
  worker.on("error", (cause) => {
    for (const listener of listeners) listener(cause);
  });
  return {
    bell,
    send(order, port) {
      worker.postMessage({ ...order, port }, [port]);
      callWriter(bell);
    },
    onDeath: (listener) => void listeners.add(listener),
  };
}
