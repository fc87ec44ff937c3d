import { signingDomain } from "@commonwatt/market";
import type { Account } from "@commonwatt/vpp-core";
import { communityHash, headerFromJson } from "../batch/batch-header.ts";
import { hashRules } from "../batch/batch-rules.ts";
import { COURT, ESCROW, REGISTRY } from "../chain/contracts.ts";
import { encodeInboxOrder } from "../chain/judge-calls.ts";
import { openTrialCourt, TRIAL_CHAIN_ID, type TrialCourt } from "../chain/trial-court.ts";
import { keccak256, keccakText } from "../hash/keccak.ts";
import type { ChainFacts, InboxOrder } from "../proofs/chain-facts.ts";
import { inboxOrder } from "../proofs/inbox-order.ts";
import { sameAccount } from "../proofs/order-frauds.ts";
import { FRAUD_COMMUNITY, FRAUD_RULES, type FraudStreet, fraudStreet, POWER_MAX_W } from "./fraud-street.ts";
import { BULK_GROUP } from "./honest-orders.ts";

/** What each account puts in, in the token's smallest unit, and how many nano that unit is. */
const DEPOSIT = 1_000_000_000n;
const NANO_PER_UNIT = 1_000n;

/** A street whose first batch is committed, with what the chain knows of it. */
export interface FraudTrial {
  readonly street: FraudStreet;
  readonly court: TrialCourt;
  readonly facts: ChainFacts;
  /** When the first batch was committed, in seconds. */
  readonly firstCommittedAt: number;
}

/** Deploys, registers, deposits, and commits the first batch and one that stands for all second ones. */
export async function openFraudTrial(
  seed: string,
  sample: (street: FraudStreet) => ReturnType<FraudStreet["second"]>,
): Promise<FraudTrial> {
  const court = await openTrialCourt(communityHash(FRAUD_COMMUNITY), hashRules(FRAUD_RULES));
  try {
    const street = fraudStreet(seed, signingDomain(TRIAL_CHAIN_ID, court.court), await court.now());
    for (const { account } of street.accounts) await court.deposit(account, DEPOSIT);
    for (const { id, ownerKey, meter } of street.homes) {
      await court.register({
        ...{ siteKey: keccakText(id), ownerKey, meterKey: meter.meterKey },
        ...{ importMaxW: POWER_MAX_W, exportMaxW: POWER_MAX_W, signWithMeter: meter.signRecord },
      });
    }
    const cancelledAt = await court.now();
    for (const { account } of street.homes) {
      await court.send(account, REGISTRY, "cancelGroup", [BULK_GROUP.group, BULK_GROUP.counter]);
    }
    const locked = street.homes.at(-1)?.account ?? street.inbox.account;
    await court.send(locked, ESCROW, "requestWithdrawal", [DEPOSIT, locked]);
    const inbox = inboxOrder(street.inbox);
    await court.send(inbox.account, COURT, "submitOrder", [encodeInboxOrder(inbox)]);
    const [first, second] = street.intervals;
    await court.setTime(first.endMs / 1_000 + 60);
    const { committedAt: firstCommittedAt } = await court.commit(headerFromJson(street.first.header), 0);
    await court.setTime(second.endMs / 1_000 + 60);
    const standIn = await court.commit(headerFromJson(sample(street).header), firstCommittedAt);
    const facts = factsOf(street, { cancelledAt, locked, inbox, committedAt: standIn.committedAt });
    return { street, court, facts, firstCommittedAt };
  } catch (error) {
    await court.close();
    throw error;
  }
}

function factsOf(
  { homes, domain, accounts }: FraudStreet,
  chain: {
    readonly cancelledAt: number;
    readonly locked: Account;
    readonly inbox: InboxOrder;
    readonly committedAt: number;
  },
): ChainFacts {
  const sites = new Map(
    homes.map(({ id, account, meter }) => [
      keccakText(id),
      {
        ...{ owner: account, meterKeyHash: keccak256(meter.meterKey), since: 1 },
        ...{ importMaxW: POWER_MAX_W, exportMaxW: POWER_MAX_W },
      },
    ]),
  );
  const isHome = (account: Account): boolean => homes.some((home) => sameAccount(home.account, account));
  return {
    domain,
    accounts: accounts.map(({ account }) => account),
    committedAt: chain.committedAt,
    rulesHashAt: () => hashRules(FRAUD_RULES),
    siteAt: (site, time) => (time < 1 ? null : (sites.get(site) ?? null)),
    revokedAt: () => 0,
    groupCounterAt: (account, group, time) =>
      isHome(account) && group === BULK_GROUP.group && time >= chain.cancelledAt + 60
        ? BULK_GROUP.counter
        : 0,
    ownNano: () => DEPOSIT * NANO_PER_UNIT,
    freeNano: (account) => (sameAccount(account, chain.locked) ? 0n : null),
    inbox: [{ order: chain.inbox, submittedAt: chain.cancelledAt }],
    shown: new Map(),
    knownRules: [],
  };
}
