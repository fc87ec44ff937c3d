import type { BatchStore, RailSite } from "@commonwatt/vpp-core";
import type { BalanceProof } from "../batch/balance-tree.ts";
import { balancesOf } from "../batch/balances.ts";
import { withdrawData } from "../chain/escrow-calls.ts";
import type { EscrowFunds } from "../chain/escrow-reader.ts";
import type { OutboxResult } from "../chain/outbox.ts";
import { keySigner } from "../chain/signer.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf, headerOf, treeOf } from "./stored-batch.ts";

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
  const { finalNumber } = await link.patience.until(() => link.reader.progress());
  const latest = await batches.byNumber(finalNumber);
  if (latest === null) return null;
  const leaf = balancesOf(fileOf(latest)).accounts.find((one) => one.account === account);
  if (leaf === undefined) return null;
  const proof: BalanceProof = treeOf(latest).proof(leaf.index);
  return link.outbox.submit({
    key: `withdraw:${account}:${withdrawn}`,
    sender: keySigner(ownerKey),
    to: link.deployment.escrow,
    data: withdrawData(account, headerOf(latest), proof),
    done: async () => (await link.reader.funds(account)).withdrawn > withdrawn,
  });
}
