export { type ApiLimits, DEFAULT_API_LIMITS } from "./api/api-limits.ts";
export type { Bidder, BiddingMoment, Shout, Valuation } from "./bidders/bidder.ts";
export { linearRamp } from "./bidders/linear-ramp.ts";
export { truthful } from "./bidders/truthful.ts";
export { zeroIntelligenceConstrained, zeroIntelligenceUnconstrained } from "./bidders/zero-intelligence.ts";
export { type ZipMemory, zip } from "./bidders/zip.ts";
export { advanceTime } from "./book/advance-time.ts";
export { type ArenaSnapshot, restoreSnapshot, takeSnapshot } from "./book/arena-snapshot.ts";
export { type ArenaSize, type BookArena, CLOCK, COUNTER, createArena } from "./book/book-arena.ts";
export { BOOK_CODES, type BookCode, bookCode } from "./book/book-code.ts";
export {
  type BookEvent,
  type BookEventKind,
  clearEvents,
  type EndReason,
  EVENT,
  EVENT_FIELD,
  eventCount,
  type OrderHandle,
  readEvent,
  takeEvents,
} from "./book/book-event.ts";
export { arenaHash } from "./book/book-hash.ts";
export { type CallOutcome, clearCall } from "./book/call-auction.ts";
export { ArrayAuction, type OrderArrays } from "./book/call-auction-arrays.ts";
export { CallPairing } from "./book/call-pairing.ts";
export { cancelOrder } from "./book/cancel-order.ts";
export { BOOK_PHASE, type BookSide, keyOf, SIDE, sideOf, tickOf } from "./book/layout.ts";
export type {
  Accepted,
  BookClearing,
  BookRules,
  BookTrade,
  ClearedOrder,
  EndedOrder,
  NewOrder,
  OrderBooksCode,
  PriceDepth,
  Refused,
} from "./book/named-orders.ts";
export { closeBook, openBook, openCall, releaseBook } from "./book/open-book.ts";
export { OrderBooks } from "./book/order-books.ts";
export { generationOf, openQuantity } from "./book/order-slot.ts";
export { type BookPosition, openPosition, readPosition, setPositionLimits } from "./book/position.ts";
export { type DepthLevel, type RestingOrder, readDepth, readSide } from "./book/read-book.ts";
export { replaceOrder } from "./book/replace-order.ts";
export { SELF_TRADE_POLICY, type SelfTradePolicy } from "./book/self-trade.ts";
export { submitOrder, TIME_IN_FORCE } from "./book/submit-order.ts";
export { touch } from "./book/touch.ts";
export { plugin } from "./cli/plugin.ts";
export { callAuction, type DoubleAuctionOptions, doubleAuction } from "./double-auction.ts";
export type { ReplayWatcher } from "./durable/book-replay.ts";
export {
  type DurableBooks,
  type DurableBooksOptions,
  openDurableBooks,
  type SnapshotTaken,
} from "./durable/durable-books.ts";
export { JOURNAL_FULL } from "./durable/journaled-commands.ts";
export { type RecoveryOptions, type ReplayedBooks, replayBooks } from "./durable/recover-books.ts";
export { drawSeed } from "./engine/clear-book.ts";
export type { MarketCounts } from "./engine/market-engine.ts";
export { DEFAULT_MARKET_RULES, type MarketRules } from "./engine/market-rules.ts";
export { type Fill, pairFills } from "./engine/pair-fills.ts";
export { type JournalWriter, startWriter } from "./journal/journal-writer.ts";
export { loadHighs } from "./linear-program/highs.ts";
export type { Column, LinearProgram, LinearSolution, LinearSolver } from "./linear-program/linear-program.ts";
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
export { bestWelfareOf } from "./oracle/best-welfare.ts";
export { networkOptimum } from "./oracle/network-optimum.ts";
export { mostPairableWh, type Optimum, optimumOf } from "./oracle/optimum.ts";
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
export { domainSeparator, type SignedFor, saltedSeparator, signingDomain } from "./order/typed-data.ts";
export { type JournalReplay, replayJournal } from "./replay/replay-journal.ts";
