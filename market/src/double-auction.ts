import { randomBytes } from "node:crypto";
import { CommonwattError, type Hex, type OrderSigner, type TradingVenue } from "@commonwatt/vpp-core";
import { type ApiLimits, DEFAULT_API_LIMITS } from "./api/api-limits.ts";
import { marketRoutes } from "./api/market-routes.ts";
import { assertMarketRules, DEFAULT_MARKET_RULES, type MarketRules } from "./engine/market-rules.ts";
import { hexOf } from "./order/hex.ts";
import { accountOfKey, signOrder } from "./order/sign-order.ts";
import { type OpenMarket, openMarket } from "./venue/open-market.ts";

/** What a {@link doubleAuction} may be told; what is left out is as in `DEFAULT_MARKET_RULES`. */
export type DoubleAuctionOptions = Partial<MarketRules> & {
  /** How much anybody may ask of the API; what is left out is as in `DEFAULT_API_LIMITS`. */
  readonly api?: Partial<ApiLimits>;
};

/**
 * The community's market: orders while the gate is open, shown to others by price level only, and one call auction when it closes. Every
 * input that changes it is on the disk before it is answered; a restart replays the journal and goes on.
 * Throws an AssertionError for rules that cannot be followed.
 *
 * Before start and after stop its methods fail with CommonwattError `MARKET_NOT_RUNNING`; once the disk has
 * failed, with `JOURNAL_WRITE_FAILED`; while it is behind, with `JOURNAL_FULL`, retryable. `start` rejects with `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`,
 * `JOURNAL_UNREADABLE`, `JOURNAL_WRONG_FORMAT`, `JOURNAL_WRONG_COMMUNITY`, `JOURNAL_DIVERGED` or
 * `MARKET_REGISTER_INVALID`. `openInterval` rejects with `MARKET_INTERVAL_CONFLICT`, `closeGate` with
 * `MARKET_UNKNOWN_INTERVAL`; bad orders are answers, never errors.
 */
export function doubleAuction(options: DoubleAuctionOptions = {}): TradingVenue {
  const { api, ...changedRules } = options;
  const rules: MarketRules = { ...DEFAULT_MARKET_RULES, ...changedRules };
  assertMarketRules(rules);
  let running: OpenMarket | null = null;
  const market = (): OpenMarket => {
    if (running !== null) return running;
    throw new CommonwattError("MARKET_NOT_RUNNING", "the market is not running", { retryable: true });
  };
  return {
    routes: marketRoutes(market, { ...DEFAULT_API_LIMITS, ...api }),
    async start(context) {
      if (running !== null) throw new CommonwattError("MARKET_RUNNING", "the market is running already");
      running = await openMarket(context, rules);
    },
    signer: signerOf,
    openInterval: async (interval) => market().openInterval(interval),
    submit: async (order) => market().submit(order),
    cancel: async (cancel) => market().cancel(cancel),
    closeGate: async (index) => market().closeGate(index),
    bookedOrders: (index) => market().bookedOrders(index),
    openIntervals: () => market().openIntervals(),
    clearings: (from) => market().clearings(from),
    stateHash: () => market().stateHash(),
    async stop() {
      const stopping = running;
      running = null;
      await stopping?.close();
    },
  };
}

function signerOf(community: string, privateKey: Hex): OrderSigner {
  return {
    account: accountOfKey(privateKey),
    sign: (intent) => signOrder({ ...intent, community, salt: hexOf(randomBytes(32)) }, privateKey),
  };
}
