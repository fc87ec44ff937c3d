export { type ApiLimits, DEFAULT_API_LIMITS } from "./api/api-limits.ts";
export type { Bidder, BiddingMoment, Shout, Valuation } from "./bidders/bidder.ts";
export { linearRamp } from "./bidders/linear-ramp.ts";
export { truthful } from "./bidders/truthful.ts";
export { zeroIntelligenceConstrained, zeroIntelligenceUnconstrained } from "./bidders/zero-intelligence.ts";
export { type ZipMemory, zip } from "./bidders/zip.ts";
export { plugin } from "./cli/plugin.ts";
export { type DoubleAuctionOptions, doubleAuction } from "./double-auction.ts";
export type { MarketCounts } from "./engine/market-engine.ts";
export { DEFAULT_MARKET_RULES, type MarketRules } from "./engine/market-rules.ts";
export { loadHighs } from "./linear-program/highs.ts";
export type { LinearProgram, LinearSolution, LinearSolver } from "./linear-program/linear-program.ts";
export type {
  BookOrder,
  ClearingContext,
  GridTrade,
  Mechanism,
  MechanismOutcome,
  MechanismPromises,
  MechanismTrade,
  NetworkResult,
  TraderFee,
} from "./mechanisms/mechanism.ts";
export { MECHANISMS, type MechanismSpec, mechanismOf } from "./mechanisms/mechanism-registry.ts";
export type { NetworkLine, RadialNetwork } from "./network/radial-network.ts";
export { networkOptimum } from "./oracle/network-optimum.ts";
export { type Optimum, optimumOf } from "./oracle/optimum.ts";
export { bestLie, type Lie, type LieKinds } from "./oracle/regret.ts";
export {
  efficiencyOf,
  filledWh,
  gainOf,
  resultsByTrader,
  type TraderResult,
  welfareOf,
} from "./oracle/welfare.ts";
export { checksumAccount } from "./order/account.ts";
export { BULK_HEIGHT_MAX, bulkType, GROUP_MAX } from "./order/bulk-order.ts";
export { ORDER_TYPE, type OrderMessage, orderId } from "./order/order-id.ts";
export { recoverOrderAccount } from "./order/recover-order-account.ts";
export {
  CANCEL_REJECTION_CODES,
  REJECTION_CODES,
  type Rejection,
  type RejectionCode,
} from "./order/rejection.ts";
export { type BulkGroup, signBulk } from "./order/sign-bulk.ts";
export { signCancel, type UnsignedCancel } from "./order/sign-cancel.ts";
export { accountOfKey, signOrder, signReplacement, type UnsignedOrder } from "./order/sign-order.ts";
export { CANCEL_TYPES, cancelDigest, orderDigest, REPLACEMENT_TYPE } from "./order/signed-digest.ts";
export { DOMAIN_TYPE } from "./order/typed-data.ts";
export { type JournalReplay, replayJournal } from "./replay/replay-journal.ts";
