import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  CommonwattError,
  type Hex,
  type OrderSigner,
  type SigningDomain,
  type TradingVenue,
} from "@commonwatt/vpp-core";
import { type ApiLimits, DEFAULT_API_LIMITS } from "./api/api-limits.ts";
import { marketRoutes } from "./api/market-routes.ts";
import { assertMarketRules, DEFAULT_MARKET_RULES, type MarketRules } from "./engine/market-rules.ts";
import { hexOf } from "./order/hex.ts";
import { signCancel } from "./order/sign-cancel.ts";
import { accountOfKey, signOrder } from "./order/sign-order.ts";
import type { SignedFor } from "./order/typed-data.ts";
import { type OpenMarket, openMarket } from "./venue/open-market.ts";

/** What a {@link doubleAuction} may be told; what is left out is as in `DEFAULT_MARKET_RULES`. */
export type DoubleAuctionOptions = Partial<MarketRules> & {
  /** How much anybody may ask of the API; what is left out is as in `DEFAULT_API_LIMITS`. */
  readonly api?: Partial<ApiLimits>;
  /** Records in the journal between two snapshots, at least; 1 024 when left out. Fewer make starts faster. */
  readonly snapshotEvery?: number;
};

const SNAPSHOT_EVERY = 1_024;

/**
 * The community's market: a continuous double auction while the gate is open, and a call auction when it
 * closes. Orders are shown to others by price level only. Every input that changes it is on the disk before it
 * is answered; a restart begins with the newest snapshot and replays what came after it.
 * Throws an AssertionError for rules that cannot be followed.
 *
 * Before start and after stop its methods fail with CommonwattError `MARKET_NOT_RUNNING`; once the disk has
 * failed, with `JOURNAL_WRITE_FAILED`; while it is behind, with `JOURNAL_FULL`, retryable. `start` rejects with `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`,
 * `JOURNAL_UNREADABLE`, `JOURNAL_WRONG_FORMAT`, `JOURNAL_WRONG_COMMUNITY`, `JOURNAL_DIVERGED`,
 * `MARKET_REGISTER_INVALID` or `MARKET_OTHER_CONTRACT`. `openInterval` rejects with `MARKET_INTERVAL_CONFLICT`, `MARKET_INTERVAL_FORGOTTEN` or `MARKET_FULL`, `closeGate` with
 * `MARKET_UNKNOWN_INTERVAL`; bad orders are answers, never errors.
 */
export function doubleAuction(options: DoubleAuctionOptions = {}): TradingVenue {
  const { api, snapshotEvery = SNAPSHOT_EVERY, ...changedRules } = options;
  const rules: MarketRules = { ...DEFAULT_MARKET_RULES, ...changedRules };
  assertMarketRules(rules);
  assert(Number.isSafeInteger(snapshotEvery) && snapshotEvery >= 1, "snapshotEvery must be an integer ≥ 1");
  let running: OpenMarket | null = null;
  /** What orders are signed for, from the first start on. */
  let domain: SigningDomain | null = null;
  const market = (): OpenMarket => {
    if (running !== null) return running;
    throw new CommonwattError("MARKET_NOT_RUNNING", "the market is not running", { retryable: true });
  };
  return {
    routes: marketRoutes(market, { ...DEFAULT_API_LIMITS, ...api }),
    async start(context) {
      if (running !== null) throw new CommonwattError("MARKET_RUNNING", "the market is running already");
      domain = context.domain;
      running = await openMarket(context, rules, snapshotEvery);
    },
    signer: (community, privateKey) => signerOf(community, privateKey, () => domain),
    priceTick: rules.priceTick,
    openInterval: async (interval, gateClosesMs) => market().openInterval(interval, gateClosesMs),
    submit: async (order) => market().submit(order),
    cancel: async (cancel) => market().cancel(cancel),
    cancelFromChain: async (cancel) => market().cancelFromChain(cancel),
    closeGate: async (index) => market().closeGate(index),
    bookedOrders: (index) => market().bookedOrders(index),
    openIntervals: () => market().openIntervals(),
    trades: (index) => market().trades(index) ?? [],
    onTrades: (listener) => market().onTrades(listener),
    clearings: (from) => market().clearings(from),
    stateHash: () => market().stateHash(),
    async stop() {
      const stopping = running;
      running = null;
      await stopping?.close();
    },
  };
}

/** Longer than any gate is open: there is no continuous phase before it. */
const CALL_ONLY_MS = 7 * 24 * 3_600_000;

/**
 * A market that is a call auction alone, with orders that all hold until it: what a community needs that settles in
 * an escrow, where everything must be provable to a court. Everything else is as in {@link doubleAuction}.
 */
export function callAuction(
  options: Omit<DoubleAuctionOptions, "callPhaseMs" | "timedOrders"> = {},
): TradingVenue {
  return doubleAuction({ ...options, callPhaseMs: CALL_ONLY_MS, timedOrders: false });
}

function signerOf(community: string, privateKey: Hex, domainOf: () => SigningDomain | null): OrderSigner {
  const signedFor = (): SignedFor => {
    const domain = domainOf();
    return domain === null ? { community } : { community, domain };
  };
  return {
    account: accountOfKey(privateKey),
    sign: (intent) => signOrder({ ...intent, ...signedFor(), salt: hexOf(randomBytes(32)) }, privateKey),
    signCancel: (siteId, intervalIndex, counter) =>
      signCancel({ ...signedFor(), siteId, scope: "interval", intervalIndex, counter }, privateKey),
  };
}
