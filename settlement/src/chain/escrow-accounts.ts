import { type Account, CommonwattError } from "@commonwatt/vpp-core";
import { ESCROW } from "./contracts.ts";
import type { EventLog, TopicFilter } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";

/** What the escrow says when an account gets its index. */
export const ACCOUNT_OPENED: TopicFilter = ESCROW.abi.encodeFilterTopics("AccountOpened", []);

/**
 * Every account of an escrow in the order of its index, as its events say: the escrow itself knows the index of an
 * account, not the account of an index.
 * @param count How many there must be at least.
 * @throws CommonwattError `CHAIN_EVENTS_MISSING` when the node leaves some out, and what the log throws.
 */
export async function readAccounts(
  log: EventLog,
  { escrow, block }: Deployment,
  count: number,
): Promise<readonly Account[]> {
  const accounts: Account[] = [];
  for (const { topics, data } of await log.events(escrow, ACCOUNT_OPENED, block)) {
    const args = ESCROW.abi.parseLog({ topics, data })?.args;
    if (args !== undefined) accounts[Number(args["index"])] = args["account"] as Account;
  }
  const known = accounts.filter((account) => account !== undefined).length;
  if (known < Math.max(count, accounts.length)) {
    throw new CommonwattError(
      "CHAIN_EVENTS_MISSING",
      `the node knows ${known} of the escrow's ${count} accounts: its events are not complete`,
      { retryable: true, details: { known, count } },
    );
  }
  return accounts;
}
