import type { BatchRecord, BatchStore, OutboxEntry, OutboxStore } from "@commonwatt/vpp-core";

/** JSON there and back, as a database does it to everything that is not a typed column. */
function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** A batch store for tests that outlives the rail in it. */
export function memoryBatches(): BatchStore {
  const records = new Map<number, BatchRecord>();
  const ordered = (): readonly BatchRecord[] => [...records.values()].toSorted((a, b) => a.number - b.number);
  return {
    async insert(batch) {
      if (records.has(batch.number)) throw new Error(`batch ${batch.number} is there already`);
      records.set(batch.number, {
        ...batch,
        header: throughJson(batch.header),
        archive: throughJson(batch.archive),
      });
    },
    async update(number, progress) {
      const record = records.get(number);
      if (record === undefined) throw new Error(`there is no batch ${number}`);
      records.set(number, { ...record, ...progress });
    },
    byNumber: async (number) => records.get(number) ?? null,
    byInterval: async (index) => ordered().find((one) => one.intervalIndex === index) ?? null,
    last: async () => ordered().at(-1) ?? null,
    unfinished: async () => ordered().filter(({ status }) => status !== "paid"),
    list: async (from, limit) =>
      ordered()
        .filter(({ number }) => number >= from)
        .slice(0, limit),
    statements: async () => [],
  };
}

/** An outbox store for tests; `entries` is everything that was ever put. */
export function memoryOutbox(): OutboxStore & { readonly entries: OutboxEntry[] } {
  const entries: OutboxEntry[] = [];
  const mark = (key: string, status: OutboxEntry["status"]): void => {
    const index = entries.findLastIndex((one) => one.key === key);
    const entry = entries[index];
    if (entry !== undefined && entry.status === "pending") entries[index] = { ...entry, status };
  };
  return {
    entries,
    async put(entry) {
      if (entries.some((one) => one.key === entry.key && one.status === "confirmed")) {
        throw new Error(`${entry.key} is confirmed already`);
      }
      mark(entry.key, "replaced");
      entries.push(entry);
    },
    byKey: async (key) => entries.findLast((one) => one.key === key) ?? null,
    pending: async () => entries.filter(({ status }) => status === "pending"),
    async confirm(key) {
      mark(key, "confirmed");
    },
  };
}
