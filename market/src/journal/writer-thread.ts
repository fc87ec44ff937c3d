import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { RING_STATE } from "./journal-ring.ts";
import { type SegmentWriter, segmentWriter, type WriterTask } from "./segment-writer.ts";
import { type WriterBell, workUntilCalled } from "./writer-bell.ts";

const { FAILED, WAITING } = RING_STATE;

/** What the thread is told: to write one more journal, whose owner listens at the other end of `port`. */
export interface WriterOrder {
  readonly task: WriterTask;
  readonly port: MessagePort;
}

/** What the owner of a journal tells the thread. */
export type OwnerMessage = "close";

/** What the thread tells the owner of a journal. */
export type WriterMessage =
  | { readonly kind: "opened" | "durable" | "closed" }
  | { readonly kind: "failed"; readonly errno: string; readonly message: string };

interface Served {
  readonly port: MessagePort;
  readonly state: Int32Array<SharedArrayBuffer>;
  /** `null` once it has failed. */
  writer: SegmentWriter | null;
}

const served = new Set<Served>();

function tell({ port }: Served, message: WriterMessage): void {
  port.postMessage(message);
}

/** Does one thing for a journal. What fails, fails it for good. */
function attempt<Result>(journal: Served, action: () => Result): Result | null {
  try {
    return action();
  } catch (error) {
    const errno = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    journal.writer = null;
    Atomics.store(journal.state, FAILED, 1);
    tell(journal, { kind: "failed", errno, message: error instanceof Error ? error.message : String(error) });
    // Whoever sleeps until something is durable must not sleep for ever.
    Atomics.notify(journal.state, RING_STATE.DURABLE);
    return null;
  }
}

function takeOrders(): void {
  for (;;) {
    const order = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
    if (order === undefined) return;
    const { task, port } = order.message as WriterOrder;
    const journal: Served = { port, state: task.state, writer: null };
    journal.writer = attempt(journal, () => segmentWriter(task));
    if (journal.writer !== null) tell(journal, { kind: "opened" });
    served.add(journal);
  }
}

/** Writes and syncs what is ready of all journals; answers whether there was anything. */
function serve(journals: readonly Served[]): boolean {
  const closing = journals.filter(
    ({ port }) => receiveMessageOnPort(port)?.message === ("close" satisfies OwnerMessage),
  );
  // All are written before the first is synced: the file system then brings them to the disk together.
  const written = journals.filter((journal) => attempt(journal, () => journal.writer?.write()) === true);
  for (const journal of written) {
    attempt(journal, () => journal.writer?.sync());
    const isAwaited = Atomics.exchange(journal.state, WAITING, 0) === 1;
    if (isAwaited && journal.writer !== null) tell(journal, { kind: "durable" });
  }
  for (const journal of closing) {
    attempt(journal, () => journal.writer?.close());
    tell(journal, { kind: "closed" });
    served.delete(journal);
  }
  return written.length > 0;
}

const { bell } = workerData as { readonly bell: WriterBell };
// The thread never returns to an event loop: it sleeps until the bell rings.
workUntilCalled(bell, () => {
  takeOrders();
  return serve([...served]);
});
