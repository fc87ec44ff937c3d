import {
  type Account,
  type BatchRecord,
  type BatchStore,
  CommonwattError,
  divCeil,
  type RailSite,
} from "@commonwatt/vpp-core";
import { balancesOf } from "../batch/balances.ts";
import type { EscrowFunds } from "../chain/escrow-reader.ts";
import { finalityLimitSeconds } from "../chain/manifest.ts";
import { topUp } from "./account-setup.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { notFinal } from "./require-final.ts";
import { fileOf } from "./stored-batch.ts";
import { executeWithdrawal } from "./withdrawal.ts";

/** Share of the time between a request and its lock that a commit may take to reach the chain. */
const LOCK_MARGIN_SHARE = 0.25;

/** An account's net debits before and after a batch, in nano; negative when it earned. */
interface NetDebit {
  readonly before: bigint;
  readonly after: bigint;
}

/**
 * Makes sure that a batch spends no money an account has not got, or has asked to withdraw: such a batch
 * could be taken back by anybody, with the bond. A site that runs short deposits again first. One that asked
 * for more than it has takes every deposit with it: its batch goes out before the lock, or after the payout.
 * Deposits count once the chain cannot undo them.
 * @throws CommonwattError `ESCROW_NOT_FINAL` while it can, `ESCROW_ACCOUNT_SHORT` for an account that is short and whose key we do not have,
 * `ESCROW_ACCOUNT_MISSING` for one that the chain has lost, `ESCROW_ACCOUNT_LOCKED` while a payout is due.
 */
export async function coverDebits(
  link: EscrowLink,
  batches: BatchStore,
  previous: BatchRecord | null,
  record: BatchRecord,
): Promise<void> {
  const { escrow, final, patience, sites } = link;
  let waitsFor: Account | null = null;
  const earlier = previous === null ? [] : balancesOf(fileOf(previous)).accounts;
  for (const { index, account, debit, credit } of balancesOf(fileOf(record)).accounts) {
    const known = earlier[index];
    const net = { before: known === undefined ? 0n : known.debit - known.credit, after: debit - credit };
    // Who gained and is not in debt can neither overdraw nor spend what is locked.
    if (net.after <= net.before && net.after <= 0n) continue;
    const funds = await patience.until(() => escrow.funds(account));
    if (!funds.exists) {
      // Opening it here would give it an index out of order; the repair opens all of them in theirs.
      throw new CommonwattError("ESCROW_ACCOUNT_MISSING", `${account} is not known to the escrow`);
    }
    const missing = missingFunds(link, net, funds);
    if (missing === 0n) {
      if (final.isImmediate) continue;
      const staying = { ...funds, deposited: await patience.until(() => final.deposited(account)) };
      if (missingFunds(link, net, staying) !== 0n) waitsFor = account;
      continue;
    }
    const site = sites.find((one) => one.account === account);
    if (site === undefined) {
      throw new CommonwattError(
        "ESCROW_ACCOUNT_SHORT",
        `batch ${record.number} overdraws ${account}, a stranger`,
      );
    }
    if (missing === "locked") await payOut(link, batches, site, funds);
    else await deposit(link, site, missing);
    if (!final.isImmediate) waitsFor = account;
  }
  if (waitsFor !== null) throw notFinal(`a deposit of ${waitsFor}`);
}

/** What has to be deposited first, in the token's smallest unit, or that no deposit helps before the payout. */
function missingFunds(link: EscrowLink, net: NetDebit, funds: EscrowFunds): bigint | "locked" {
  const { nanoPerUnit } = link;
  const own = (funds.deposited - funds.withdrawn) * nanoPerUnit;
  const requested = funds.requested * nanoPerUnit;
  const unitsAbove = (nano: bigint): bigint => (nano > 0n ? divCeil(nano, nanoPerUnit) : 0n);
  const overdrawn = unitsAbove(net.after - own);
  if (net.after <= net.before) return overdrawn;
  if (requested <= own - net.before) return unitsAbove(net.after - own + requested);
  const { withdrawalDelaySeconds } = link.deployment.terms;
  const lockSeconds = withdrawalDelaySeconds - finalityLimitSeconds(link.deployment.terms);
  const freeSeconds = lockSeconds * (1 - LOCK_MARGIN_SHARE);
  const isFree = link.wallClock.now() < 1_000 * (funds.requestedAtSeconds + freeSeconds);
  return isFree ? overdrawn : "locked";
}

/** Pays a site what it asked for, as soon as that is due, so that its next deposit is its own again. */
async function payOut(
  link: EscrowLink,
  batches: BatchStore,
  site: RailSite,
  funds: EscrowFunds,
): Promise<void> {
  const maturesAtMs = 1_000 * (funds.requestedAtSeconds + link.deployment.terms.withdrawalDelaySeconds);
  if (link.wallClock.now() >= maturesAtMs) await executeWithdrawal(link, batches, site, funds);
  throw new CommonwattError(
    "ESCROW_ACCOUNT_LOCKED",
    `${site.id} asked for all its money: its next debits wait until it is paid out`,
    { retryable: true, details: { siteId: site.id } },
  );
}

async function deposit(link: EscrowLink, site: RailSite, missing: bigint): Promise<void> {
  link.logger.info({ siteId: site.id, missing: missing.toString() }, "a site runs short and deposits again");
  await topUp(link, site, missing + link.depositPerSite);
}
