import { type BatchRecord, CommonwattError } from "@commonwatt/vpp-core";
import { balancesOf } from "../batch/build-batch.ts";
import { topUp } from "./account-setup.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf } from "./stored-batch.ts";

/**
 * Makes sure that a batch spends no money an account has not got, or has asked to withdraw: such a batch
 * could be taken back by anybody, with the bond. A site that runs short deposits again first.
 * @throws CommonwattError `ESCROW_ACCOUNT_SHORT` for an account whose key we do not have,
 * `ESCROW_ACCOUNT_MISSING` for one that the chain has lost.
 */
export async function coverDebits(
  link: EscrowLink,
  previous: BatchRecord | null,
  record: BatchRecord,
): Promise<void> {
  const { reader, patience, sites, depositPerSite } = link;
  const before = previous === null ? [] : balancesOf(fileOf(previous)).accounts;
  for (const leaf of balancesOf(fileOf(record)).accounts) {
    const earlier = before[leaf.index];
    const netDebit = leaf.debit - leaf.credit;
    if (netDebit <= (earlier === undefined ? 0n : earlier.debit - earlier.credit)) continue;
    const site = sites.find(({ account }) => account.toLowerCase() === leaf.account.toLowerCase());
    if (site === undefined) {
      throw new CommonwattError(
        "ESCROW_ACCOUNT_SHORT",
        `batch ${record.number} debits ${leaf.account}, a stranger`,
      );
    }
    const funds = await patience.until(() => reader.funds(site.account));
    if (!funds.exists) {
      // Opening it here would give it an index out of order; the repair opens all of them in theirs.
      throw new CommonwattError("ESCROW_ACCOUNT_MISSING", `${site.id} has no account in the escrow`);
    }
    const missing = netDebit - (funds.deposited - funds.withdrawn - funds.requested);
    if (missing <= 0n) continue;
    link.logger.info(
      { siteId: site.id, missing: missing.toString() },
      "a site runs short and deposits again",
    );
    await topUp(link, site, missing + depositPerSite);
  }
}
