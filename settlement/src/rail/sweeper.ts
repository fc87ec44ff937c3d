import { type BatchStore, durationMs, messageOf, type RailSite } from "@commonwatt/vpp-core";
import { balancesOf } from "../batch/balances.ts";
import { requestWithdrawalData, withdrawnAmount } from "../chain/escrow-calls.ts";
import type { EscrowFunds } from "../chain/escrow-reader.ts";
import { keySigner } from "../chain/signer.ts";
import { Doorbell } from "./doorbell.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf } from "./stored-batch.ts";
import { executeWithdrawal } from "./withdrawal.ts";

/** How soon to try again what the escrow did not allow yet. */
const RETRY_PAUSE_MS = 2_000;
/** How often to look when nothing is under way. */
const IDLE_LOOK_MS = 60_000;

/** What the sweeper needs. */
export interface SweeperContext {
  readonly link: EscrowLink;
  readonly batches: BatchStore;
  /** The least net earnings worth a withdrawal, in the token's smallest unit. */
  readonly minimum: bigint;
}

/** Pays net earnings out to the sites' owners. */
export interface Sweeper {
  /** Says that earnings may have grown. */
  wake(): void;
  /** Settles when the sweeper has come to rest after its link's signal aborted. */
  readonly ended: Promise<void>;
}

/**
 * Starts the sweeper: for each site it asks for what was earned beyond what was ever put in, waits for the
 * escrow's delay and withdraws. Deposits stay, so a withdrawal never leaves a later batch uncovered. It
 * works with the owners' keys only and never holds up a batch.
 */
export function startSweeper(context: SweeperContext): Sweeper {
  const { sites, wallClock, logger, signal } = context.link;
  const work = new Doorbell();
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      let pauseMs = IDLE_LOOK_MS;
      for (const site of sites) {
        const siteMs = await sweepSite(context, site).catch((error: unknown) => {
          if (!signal.aborted) logger.debug({ siteId: site.id, message: messageOf(error) }, "not swept yet");
          return RETRY_PAUSE_MS;
        });
        pauseMs = Math.min(pauseMs, siteMs);
      }
      await work.wait(wallClock, durationMs(pauseMs), signal).catch(() => undefined);
    }
  };
  return { wake: () => work.ring(), ended: run() };
}

/** Does what can be done for one site now and answers when to look again, in ms. */
async function sweepSite(context: SweeperContext, site: RailSite): Promise<number> {
  const { link } = context;
  link.signal.throwIfAborted();
  const funds = await link.patience.until(() => link.escrow.funds(site.account));
  if (!funds.exists) return IDLE_LOOK_MS;
  if (funds.requested === 0n) return requestEarnings(context, site, funds);
  const maturesAtMs = 1_000 * (funds.requestedAtSeconds + link.deployment.terms.withdrawalDelaySeconds);
  const leftMs = maturesAtMs - link.wallClock.now();
  if (leftMs > 0) return leftMs;
  // What was earned while this one waited is due at once.
  return (await withdraw(context, site, funds)) ? 0 : IDLE_LOOK_MS;
}

async function requestEarnings(
  { link, batches, minimum }: SweeperContext,
  { account, ownerKey }: RailSite,
  funds: EscrowFunds,
): Promise<number> {
  const { finalNumber } = await link.patience.until(() => link.court.progress());
  const latest = await batches.byNumber(finalNumber);
  if (latest === null) return IDLE_LOOK_MS;
  const leaf = balancesOf(fileOf(latest)).accounts.find((one) => one.account === account);
  const earned = ((leaf?.credit ?? 0n) - (leaf?.debit ?? 0n)) / link.nanoPerUnit - funds.withdrawn;
  if (earned < minimum) return IDLE_LOOK_MS;
  await link.outbox.submit({
    key: `request:${account}:${funds.withdrawn}`,
    sender: keySigner(ownerKey),
    to: link.deployment.escrow,
    data: requestWithdrawalData(earned, account),
    done: async () => (await link.escrow.funds(account)).requested > 0n,
  });
  return 1_000 * link.deployment.terms.withdrawalDelaySeconds;
}

async function withdraw(
  { link, batches }: SweeperContext,
  site: RailSite,
  funds: EscrowFunds,
): Promise<boolean> {
  const receipt = (await executeWithdrawal(link, batches, site, funds))?.receipt ?? null;
  if (receipt === null) return false;
  const amount = withdrawnAmount(receipt);
  link.emit({ kind: "withdrawn", siteId: site.id, amount, transactionHash: receipt.transactionHash });
  return true;
}
