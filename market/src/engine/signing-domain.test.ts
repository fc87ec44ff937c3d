import {
  type Account,
  epochMs,
  type SignedCancel,
  type SignedOrder,
  type SigningDomain,
  siteId,
} from "@commonwatt/vpp-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BEFORE,
  COMMUNITY,
  cancelOf,
  DOMAIN,
  INTERVAL,
  keyOf,
  orderOf,
  SITES,
  WRONG_DOMAINS,
} from "../../test/sample-market.ts";
import { recoverOrderAccount } from "../order/recover-order-account.ts";
import { signBulk } from "../order/sign-bulk.ts";
import { signCancel } from "../order/sign-cancel.ts";
import { signOrder, signReplacement } from "../order/sign-order.ts";
import { type MarketEngine, marketEngine, restoredEngine } from "./market-engine.ts";
import { DEFAULT_MARKET_RULES } from "./market-rules.ts";

const rules = DEFAULT_MARKET_RULES;
const { signature: _, account: __, ...UNSIGNED } = orderOf(1, "bid", 1_000, 250_000);
const SUBJECT = { scope: "interval", intervalIndex: INTERVAL.index, counter: 1 } as const;
const WHOSE = { community: COMMUNITY, siteId: siteId("home-1") };
const ELSEWHERE = { ...DOMAIN, verifyingContract: `0x${"0e".repeat(20)}` as Account };
let engine: MarketEngine;

function register(domain: SigningDomain | null): void {
  const given = domain === null ? {} : { domain };
  engine.apply({ kind: "register-changed", atMs: BEFORE, sites: SITES, rules, ...given });
}

function codeOf(order: SignedOrder): string {
  const event = engine.apply({ kind: "order-submitted", atMs: BEFORE, order });
  return event.kind === "order-rejected" ? event.code : event.kind;
}

function cancelCodeOf(cancel: SignedCancel): string {
  const event = engine.apply({ kind: "cancel-submitted", atMs: BEFORE, cancel });
  return event.kind === "cancel-rejected" ? event.code : event.kind;
}

/** An order signed in a domain alone, with another, and in place of another. */
function signedIn(domain: SigningDomain): readonly SignedOrder[] {
  const order = { ...UNSIGNED, domain };
  return [
    signOrder(order, keyOf(1)),
    ...signBulk([order], { group: 0, counter: 0 }, keyOf(1)),
    signReplacement(order, `0x${"11".repeat(32)}`, keyOf(1)),
  ];
}

beforeEach(() => {
  engine = marketEngine(COMMUNITY);
  register(DOMAIN);
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
});

describe("a market that settles before a contract", () => {
  it("takes what is signed for it, in small letters too, and keeps its own domain with it", () => {
    const small = { ...DOMAIN, verifyingContract: DOMAIN.verifyingContract.toLowerCase() as Account };
    const order = signOrder({ ...UNSIGNED, domain: small }, keyOf(1));
    expect(codeOf(order)).toBe("order-accepted");
    expect(engine.bookedOrders(INTERVAL.index)[0]?.order.domain).toEqual(DOMAIN);
    expect(cancelCodeOf(signCancel({ ...WHOSE, domain: DOMAIN, ...SUBJECT }, keyOf(1)))).toBe(
      "orders-cancelled",
    );
  });

  it.each(WRONG_DOMAINS)("says %s to orders and cancels of %j", (code, domain) => {
    const said = { domain: domain as SigningDomain };
    for (const order of signedIn(DOMAIN)) expect(codeOf({ ...order, ...said })).toBe(code);
    const cancel = signCancel({ ...WHOSE, domain: DOMAIN, ...SUBJECT }, keyOf(1));
    expect(cancelCodeOf({ ...cancel, ...said })).toBe(code);
  });

  it("is not deceived by what says one domain and is signed in another", () => {
    for (const [, domain] of WRONG_DOMAINS) {
      const elsewhere = domain === undefined ? [signOrder(UNSIGNED, keyOf(1))] : signedIn(domain as never);
      for (const order of elsewhere) {
        expect(recoverOrderAccount(order)).toBe(SITES[0]?.account);
        expect(codeOf({ ...order, domain: DOMAIN })).toBe("bad-signature");
      }
      const said = domain === undefined ? {} : { domain: domain as SigningDomain };
      const cancel = signCancel({ ...WHOSE, ...said, ...SUBJECT }, keyOf(1));
      expect(cancelCodeOf({ ...cancel, domain: DOMAIN })).toBe("bad-signature");
    }
  });

  it("knows its domain again, and tells it in its hash", () => {
    const hash = engine.stateHash();
    const again = restoredEngine(engine.snapshot());
    expect(again.domain()).toEqual(DOMAIN);
    expect(again.stateHash()).toBe(hash);
    register(ELSEWHERE);
    expect(engine.stateHash()).not.toBe(hash);
  });

  it("goes before another contract only when no order is open", () => {
    expect(codeOf(signOrder({ ...UNSIGNED, domain: DOMAIN }, keyOf(1)))).toBe("order-accepted");
    const before = engine.stateHash();
    for (const domain of [ELSEWHERE, null]) {
      expect(() => register(domain)).toThrow(expect.objectContaining({ code: "MARKET_OTHER_CONTRACT" }));
    }
    expect(engine.stateHash()).toBe(before);
    register(DOMAIN);
    engine.apply({ kind: "gate-closed", atMs: epochMs(INTERVAL.startMs - 1), intervalIndex: INTERVAL.index });
    register(ELSEWHERE);
    expect(engine.domain()).toEqual(ELSEWHERE);
  });
});

it("has no domain where nothing is settled on a chain", () => {
  engine = marketEngine(COMMUNITY);
  register(null);
  engine.apply({ kind: "interval-opened", atMs: BEFORE, interval: INTERVAL });
  expect(engine.domain()).toBeNull();
  for (const order of signedIn(DOMAIN)) expect(codeOf(order)).toBe("wrong-domain");
  expect(cancelCodeOf({ ...cancelOf(1, SUBJECT), domain: DOMAIN })).toBe("wrong-domain");
  const { domain: ___, ...bare } = signOrder({ ...UNSIGNED, domain: DOMAIN }, keyOf(1));
  expect(codeOf(bare)).toBe("bad-signature");
});
