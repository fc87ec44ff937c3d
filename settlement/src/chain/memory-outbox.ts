import type { OutboxEntry, OutboxStore } from "@commonwatt/vpp-core";

/**
 * An outbox store that lasts as long as the process: enough for who decides each call from the chain alone. It begins
 * with `kept`.
 */
export function memoryOutbox(
  kept: readonly OutboxEntry[] = [],
): OutboxStore & { readonly entries: readonly OutboxEntry[] } {
  const entries: OutboxEntry[] = [...kept];
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
