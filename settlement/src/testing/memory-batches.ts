import type { BatchRecord, BatchStore } from "@commonwatt/vpp-core";

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
    byArchive: async (archiveHash) =>
      ordered().find(({ header }) => (header as { archiveHash?: string }).archiveHash === archiveHash) ??
      null,
    last: async () => ordered().at(-1) ?? null,
    unfinished: async () => ordered().filter(({ status }) => status !== "paid"),
    list: async (from, limit) =>
      ordered()
        .filter(({ number }) => number >= from)
        .slice(0, limit),
    statements: async () => [],
  };
}
