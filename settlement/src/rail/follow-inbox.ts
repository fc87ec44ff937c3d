import { nodeEvents } from "../chain/event-log.ts";
import type { FinalReader } from "../chain/final-reader.ts";
import { type InboxReader, ordersFor, readInbox, type Submission } from "../chain/inbox-reader.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { RegistryReader } from "../chain/registry-reader.ts";
import type { JsonRpcProvider } from "../chain/rpc.ts";
import { readAgainFrom } from "./read-again.ts";

/** What is needed to follow an inbox. */
export interface InboxPlace {
  readonly rpc: JsonRpcProvider;
  readonly deployment: Pick<Deployment, "court" | "block">;
  readonly final: Pick<FinalReader, "block">;
  readonly registry: Pick<RegistryReader, "head">;
}

/**
 * A reader of an inbox that keeps what it read and goes on from there, since a chain grows and a gate has to close in
 * time. It keeps orders of the accounts that it was asked about, and nobody else's; when it is asked about another, or the
 * chain begins anew, it reads everything again.
 */
export function followInbox({ rpc, deployment, final, registry }: InboxPlace): InboxReader {
  const log = nodeEvents(rpc);
  const accounts = new Set<string>();
  /** In blocks before `next`. */
  let kept: readonly Submission[] = [];
  let next = deployment.block;
  const read = async (asked: ReadonlySet<string>): Promise<readonly Submission[]> => {
    const [stays, newest] = [await final.block(), await registry.head()];
    if (newest.number < next || ![...asked].every((account) => accounts.has(account))) {
      [kept, next] = [[], deployment.block];
      for (const account of asked) accounts.add(account);
    }
    const all = [...kept, ...(await readInbox(log, deployment, accounts, next))];
    next = Math.max(next, readAgainFrom(deployment, stays, newest));
    kept = all.filter(({ blockNumber }) => blockNumber < next);
    return all;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    async orders(intervalIndex, wanted) {
      const asked = new Set(wanted.map((account) => account.toLowerCase()));
      // One after the other, so that each goes on where another has got to.
      const reading = last.then(() => read(asked));
      last = reading.catch(() => {});
      const own = (await reading).filter(({ order }) => asked.has(order.account.toLowerCase()));
      return ordersFor(rpc, intervalIndex, own);
    },
  };
}
