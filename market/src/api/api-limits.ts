import type { StreamLimits } from "./market-stream.ts";
import type { SiteBudgetLimits } from "./site-budget.ts";

/** How much anybody may ask of the market's API. */
export interface ApiLimits extends StreamLimits, SiteBudgetLimits {
  /** Requests of one address in a minute, all routes together. */
  readonly addressPerMinute: number;
}

/** Enough for a home that sends a day of five-minute orders at once, and for a busy dashboard. */
export const DEFAULT_API_LIMITS: ApiLimits = {
  addressPerMinute: 1_200,
  siteBurst: 300,
  sitePerSecond: 5,
  streamsMax: 256,
  streamBufferMaxBytes: 256 * 1024,
  heartbeatMs: 15_000,
};

/** The largest body of an order or a cancel, in bytes; one with the longest proof is a third of it. */
export const BODY_MAX_BYTES: number = 8 * 1024;
