import type { BatchStatus, BatchStore, OutboxStore } from "@commonwatt/vpp-core";

/** Calls to the chain, by the first word of their outbox keys, in the order in which a life comes to them. */
const SETUP_CALLS = ["deploy", "mint", "approve", "bond", "register", "deposit"];
const PAYING_CALLS = ["request", "withdraw"];
/** Where a call can be when its sender dies. */
const CALL_GAPS = [
  "signed, not stored",
  "stored, not sent",
  "sent, in no block",
  "in a block, not confirmed",
  "confirmed",
] as const;
type CallGap = (typeof CALL_GAPS)[number];

/** The gaps between two steps of an operator that comes up: one after each step, by name. */
export const SETUP_GAPS: readonly string[] = SETUP_CALLS.flatMap(gapsOf);
/** The gaps between two steps of a batch and of what is paid out for it. */
export const BATCH_GAPS: readonly string[] = [
  ...["batch: made, not stored", "batch: stored"],
  ...[...gapsOf("commit"), "batch: committed"],
  ...[...gapsOf("finalize"), "batch: final"],
  ...[...gapsOf("settle"), "batch: paid"],
  ...PAYING_CALLS.flatMap(gapsOf),
];

/** What an operator touches on its way from one step to the next. */
interface Steps {
  readonly batches: BatchStore;
  readonly outbox: OutboxStore;
  readonly fetch: typeof fetch;
}

/** The kind of call that has to be on its way when its sender dies in a gap; `null` for every other gap. */
export function unminedCall(gap: string): string | null {
  const suffix = nameOf("", "sent, in no block");
  return gap.endsWith(suffix) ? gap.slice(0, -suffix.length) : null;
}

/** The same things, but at the named gap the process ends itself as `kill -9` does. */
export function dieAt(gap: string | null, { batches, outbox, fetch: ask }: Steps): Steps {
  const die = (here: string): void => {
    if (here === gap) process.kill(process.pid, "SIGKILL");
  };
  const dieInCall = (key: string, where: CallGap): void => die(nameOf(key.split(":")[0] ?? "", where));
  return {
    batches: {
      ...batches,
      async insert(record) {
        die("batch: made, not stored");
        await batches.insert(record);
        die(batchGap("stored"));
      },
      async update(number, progress) {
        await batches.update(number, progress);
        if (progress.status !== undefined) die(batchGap(progress.status));
      },
    },
    outbox: {
      ...outbox,
      async put(entry) {
        dieInCall(entry.key, "signed, not stored");
        await outbox.put(entry);
        dieInCall(entry.key, "stored, not sent");
      },
      async confirm(key) {
        dieInCall(key, "in a block, not confirmed");
        await outbox.confirm(key);
        dieInCall(key, "confirmed");
      },
    },
    async fetch(address, request) {
      const reply = await ask(address, request);
      const body = String(request?.body ?? "");
      if (!body.includes("eth_sendRawTransaction")) return reply;
      const entry = (await outbox.pending()).find(({ rawTransaction }) => body.includes(rawTransaction));
      if (entry !== undefined) dieInCall(entry.key, "sent, in no block");
      return reply;
    },
  };
}

function gapsOf(call: string): readonly string[] {
  return CALL_GAPS.map((gap) => nameOf(call, gap));
}

function nameOf(call: string, gap: CallGap): string {
  return `${call}: ${gap}`;
}

function batchGap(status: BatchStatus): string {
  return `batch: ${status}`;
}
