import type { Hex } from "@commonwatt/vpp-core";
import type { BatchFault } from "../batch/verify-batch.ts";
import type { FraudKind } from "../proofs/accusation.ts";

/** What a watcher thinks of a batch. `withheld`: nobody shows what it was made from. */
export type Verdict = "right" | "wrong" | "withheld";

/** What a watcher does and finds, in the order it happens. Every event says it in plain words too. */
export type WatchEvent =
  | {
      readonly event: "watching";
      readonly court: string;
      readonly chainId: number;
      readonly head: number;
      readonly finalNumber: number;
      readonly sources: readonly string[];
      /** Who challenges; `null` for a watcher that only looks. */
      readonly account: string | null;
      readonly words: string;
    }
  | {
      readonly event: "batch";
      readonly number: number;
      readonly headerHash: Hex;
      readonly verdict: Verdict;
      readonly isFinal: boolean;
      /** What differs when the batch is recomputed. */
      readonly faults: readonly BatchFault[];
      /** What can be proved before the court. */
      readonly kinds: readonly FraudKind[];
      readonly words: string;
    }
  | {
      readonly event: "challenged";
      readonly number: number;
      readonly kind: FraudKind;
      readonly judge: string;
      readonly transactionHash: Hex | null;
      /** What the watcher was awarded so far, in the token's smallest unit. */
      readonly rewardMicro: string;
      readonly words: string;
    }
  | {
      readonly event: "demanded" | "answered" | "claimed";
      readonly number: number;
      readonly tree: string;
      readonly index: number;
      /** After a claim, what the watcher was awarded so far, in the token's smallest unit. */
      readonly rewardMicro?: string;
      readonly transactionHash: Hex | null;
      readonly words: string;
    }
  | {
      readonly event: "equivocation";
      /** The site of the meter, if the archive names it. */
      readonly siteId: string | null;
      readonly meterKeyHash: Hex;
      /** The number under which the meter signed twice, and the batches in which it did. */
      readonly sequence: number;
      readonly batches: readonly [first: number, second: number];
      /** `null` when nobody was there to revoke it, or somebody else had. */
      readonly transactionHash: Hex | null;
      readonly words: string;
    }
  | { readonly event: "trouble"; readonly code: string; readonly words: string }
  | {
      readonly event: "summary";
      readonly batches: number;
      readonly right: number;
      readonly wrong: number;
      readonly withheld: number;
      readonly challenged: number;
      /** What the watcher was awarded, in the token's smallest unit; `null` when the chain did not say. */
      readonly rewardMicro: string | null;
      readonly words: string;
    };

/** What is wrong, for somebody who reads no code. */
export const FRAUD_WORDS: Readonly<Record<FraudKind, string>> = {
  sequence: "it does not follow the batch before it",
  rules: "it was reckoned by other rules than the community's",
  "empty-tree": "it claims sums without anything behind them",
  "unknown-accounts": "it has accounts that the escrow does not know",
  padding: "something hides behind its last entry",
  "order-forged": "it holds an order that nobody signed",
  "order-malformed": "it holds an order that says something else than was signed",
  "order-unsorted": "it holds an order twice or out of place",
  "cancel-forged": "it says that somebody took an order back who did not",
  "order-cancelled": "it fills an order that had been taken back",
  twin: "what the seller sold is not what the buyer bought",
  "fill-order": "a trade breaks the order that it stands on",
  overfill: "it fills an order beyond the energy that was ordered",
  "running-sum": "its running sums do not add up",
  settlement: "a trade was not paid as the rules say",
  "position-sum": "what an account traded does not add up",
  "position-metering": "a meter did not say what the batch says it did",
  "reading-forged": "it holds a meter reading that the meter did not sign",
  "reading-unregistered": "it holds a reading of a meter that is not the site's",
  "reading-unsorted": "it holds a reading twice or out of place",
  "register-decrease": "a meter ran backwards",
  "above-nameplate": "a meter counted more than its connection can carry",
  "call-price": "a trade was made at another price than the clearing price",
  "better-unfilled": "somebody with a better order was passed over: the clearing price is wrong",
  crossing: "a buyer and a seller who agreed were both left without a trade",
  "ignored-order": "it leaves out an order that was put in front of it",
  overdraft: "it spends money that an account does not have",
  "locked-spending": "it spends money that was being withdrawn",
  regress: "an account's sums went backwards",
  "balance-delta": "a balance did not change by what was traded",
  "misplaced-leaf": "an account stands in another's place",
  withheld: "what it was made from is withheld",
};
