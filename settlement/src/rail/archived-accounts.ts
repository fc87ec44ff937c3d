import { type BatchRecord, CommonwattError } from "@commonwatt/vpp-core";
import type { ArchivedAccount } from "../batch/batch-archive.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf } from "./stored-batch.ts";

/**
 * Every account of the escrow in the order of its indices, with the site and meter behind it where it is
 * one of ours.
 * @throws CommonwattError `ESCROW_ACCOUNTS_DIFFER` when the chain has them in another order than the
 * stored batches: the chain and the database then do not belong together.
 */
export async function archivedAccounts(
  { escrow, patience, sites }: EscrowLink,
  last: BatchRecord | null,
): Promise<readonly ArchivedAccount[]> {
  const stored = last === null ? [] : fileOf(last).archive.accounts;
  const onChain = await patience.until(() => escrow.accounts(stored.map(({ account }) => account)));
  for (const [index, { account }] of stored.entries()) {
    if (onChain[index] === account) continue;
    throw new CommonwattError(
      "ESCROW_ACCOUNTS_DIFFER",
      `account ${index} is ${onChain[index] ?? "missing"} on the chain and ${account} in the database`,
      { details: { index, onChain: onChain[index] ?? null, stored: account } },
    );
  }
  return onChain.map((account) => {
    const site = sites.find((one) => one.account === account);
    return {
      account,
      exportMaxW: site?.limits.exportPowerMaxW ?? null,
      importMaxW: site?.limits.importPowerMaxW ?? null,
      meterKey: site?.meterKey ?? null,
      siteId: site?.id ?? null,
    };
  });
}
