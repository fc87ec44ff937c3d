import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { OutboxEntry, OutboxStore } from "../ports/store.ts";
import type { Database, Queries } from "./database.ts";

const COLUMNS = `key, sender, nonce, raw_transaction as "rawTransaction",
  transaction_hash as "transactionHash", status`;

/** The entry that counts for a key: the confirmed one, else the pending one, else the last replaced one. */
async function byKey(queries: Queries, key: string): Promise<OutboxEntry | null> {
  const [entry] = await queries.query<OutboxEntry>(
    `select ${COLUMNS} from outbox where key = $1
     order by array_position(array['confirmed', 'pending', 'replaced'], status), id desc limit 1`,
    [key],
  );
  return entry ?? null;
}

async function put(queries: Queries, entry: OutboxEntry): Promise<void> {
  const known = await queries.query("select from outbox where key = $1 and transaction_hash = $2", [
    entry.key,
    entry.transactionHash,
  ]);
  if (known.length > 0) return;
  const counting = await byKey(queries, entry.key);
  if (counting?.status === "confirmed") {
    throw new CommonwattError("STORE_CONFLICT", `${entry.key} is confirmed by another chain transaction`, {
      details: { key: entry.key, confirmedHash: counting.transactionHash, hash: entry.transactionHash },
    });
  }
  await queries.query("update outbox set status = 'replaced' where key = $1 and status = 'pending'", [
    entry.key,
  ]);
  await queries.query(
    `insert into outbox (key, sender, nonce, raw_transaction, transaction_hash, status)
     values ($1, $2, $3, $4, $5, $6)`,
    [entry.key, entry.sender, entry.nonce, entry.rawTransaction, entry.transactionHash, entry.status],
  );
}

/**
 * What must reach the chain. An entry put twice is one entry. A key that is confirmed takes no other entry:
 * `STORE_CONFLICT`.
 */
export function outboxStore(database: Database): OutboxStore {
  return {
    put: (entry) => database.transaction((queries) => put(queries, entry)),
    byKey: (key) => byKey(database, key),
    pending: () =>
      database.query<OutboxEntry>(
        `select ${COLUMNS} from outbox where status = 'pending' order by nonce, id`,
      ),
    async confirm(key) {
      await database.query("update outbox set status = 'confirmed' where key = $1 and status = 'pending'", [
        key,
      ]);
    },
  };
}
