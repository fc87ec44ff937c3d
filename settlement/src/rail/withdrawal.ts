import type { BatchStore, RailSite } from "@commonwatt/vpp-core";
import type { BalanceProof } from "../batch/balance-tree.ts";
import { balancesOf } from "../batch/balances.ts";
import { withdrawData } from "../chain/escrow-calls.ts";
import type { EscrowFunds } from "../chain/escrow-reader.ts";
import type { OutboxResult } from "../chain/outbox.ts";
import { keySigner } from "../chain/signer.ts";
import { committedBatch, oldestPending } from "./committed-batch.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf, treeOf } from "./stored-batch.ts";

/**
 * Executes a site's mature request with its owner's key, against the latest final batch. `null` when that
 * batch is not in the store.
 * @throws CommonwattError `CHAIN_CALL_REVERTED` while an earlier batch has to become final first.
 */
export async function executeWithdrawal(
  link: EscrowLink,
  batches: BatchStore,
  { account, ownerKey }: RailSite,
  { withdrawn }: EscrowFunds,
): Promise<OutboxResult | null> {
  const { finalNumber } = await link.patience.until(() => link.court.progress());
  const record = await batches.byNumber(finalNumber);
  const latest = record === null ? null : await committedBatch(link, record);
  if (record === null || latest === null) return null;
  const leaf = balancesOf(fileOf(record)).accounts.find((one) => one.account === account);
  if (leaf === undefined) return null;
  const proof: BalanceProof = treeOf(record).proof(leaf.index);
  return link.outbox.submit({
    key: `withdraw:${account}:${withdrawn}`,
    sender: keySigner(ownerKey),
    to: link.deployment.escrow,
    data: withdrawData(account, latest, proof, await oldestPending(link, batches)),
    done: async () => (await link.escrow.funds(account)).withdrawn > withdrawn,
  });
}
