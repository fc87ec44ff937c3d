import type { Account, Hex, RailSite } from "@commonwatt/vpp-core";
import { approveData, depositBondData, mintData } from "../chain/court-calls.ts";
import { permitDepositData } from "../chain/permit.ts";
import { keySigner } from "../chain/signer.ts";
import type { EscrowLink } from "./escrow-link.ts";

/** Puts up what is missing of the operator's bond. */
export async function ensureBond(link: EscrowLink): Promise<void> {
  const { court, escrow, outbox, patience, deployment, operator: sender } = link;
  const { minimumBond } = deployment.terms;
  const bond = await patience.until(() => court.bond());
  if (bond >= minimumBond) return;
  const missing = minimumBond - bond;
  await ensureTokens(link, sender.account, missing, `bond:${bond}`);
  await outbox.submit({
    key: `approve:bond:${bond}`,
    sender,
    to: deployment.token,
    data: approveData(deployment.court, missing),
    done: async () => (await escrow.tokenAllowance(sender.account, deployment.court)) >= missing,
  });
  await outbox.submit({
    key: `bond:${bond}`,
    sender,
    to: deployment.court,
    data: depositBondData(missing),
    done: async () => (await court.bond()) >= minimumBond,
  });
}

/** Opens an account with a deposit for every site that has none, in the order of the sites. */
export async function openAccounts(link: EscrowLink): Promise<void> {
  const known = await Promise.all(
    link.sites.map((site) => link.patience.until(() => link.escrow.funds(site.account))),
  );
  const missing = link.sites.filter((_, index) => known[index]?.exists === false);
  // The operator mints while the sites before are paying in: different senders do not wait for each other.
  const minted = missing.map((site) =>
    ensureTokens(link, site.account, link.depositPerSite, `${site.account}:0`),
  );
  await Promise.all([...minted, depositInOrder(link, missing, minted)]);
}

/** Adds to a site's deposit from the owner's own tokens (EIP-2612); on a development chain they are made first. */
export async function topUp(link: EscrowLink, site: RailSite, amount: bigint): Promise<void> {
  const { escrow, patience } = link;
  const { deposited } = await patience.until(() => escrow.funds(site.account));
  await ensureTokens(link, site.account, amount, `${site.account}:${deposited}`);
  await depositTokens(link, site, amount, deposited);
}

async function depositInOrder(
  link: EscrowLink,
  sites: readonly RailSite[],
  minted: readonly Promise<void>[],
): Promise<void> {
  for (const [index, site] of sites.entries()) {
    await minted[index];
    await depositTokens(link, site, link.depositPerSite, 0n);
  }
}

async function depositTokens(
  { escrow, outbox, patience, deployment }: EscrowLink,
  site: RailSite,
  amount: bigint,
  depositedBefore: bigint,
): Promise<void> {
  const { account, ownerKey } = site;
  const terms = await patience.until(() => escrow.permitTerms(account));
  const data: Hex = await permitDepositData(deployment, { ownerKey, account, amount, ...terms });
  await outbox.submit({
    key: `deposit:${account}:${depositedBefore}`,
    sender: keySigner(ownerKey),
    to: deployment.escrow,
    data,
    done: async () => (await escrow.funds(account)).deposited > depositedBefore,
  });
}

async function ensureTokens(link: EscrowLink, account: Account, amount: bigint, tag: string): Promise<void> {
  const { escrow, outbox, deployment, operator } = link;
  await outbox.submit({
    key: `mint:${tag}`,
    sender: operator,
    to: deployment.token,
    data: mintData(account, amount),
    done: async () => (await escrow.tokenBalance(account)) >= amount,
  });
}
