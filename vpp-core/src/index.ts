export { type Check, checkAtLeast, checkAtMost, checkTrue, checkZero, printChecks } from "./cli/checks.ts";
export { loadConfig } from "./cli/load-config.ts";
export { createLogger } from "./cli/logger.ts";
export { wholeNumber } from "./cli/numbers.ts";
export { median, percentile } from "./cli/percentile.ts";
export { stopRequest } from "./cli/stop-request.ts";
export * from "./der/device-identity.ts";
export * from "./der/lease.ts";
export * from "./der/measured.ts";
export * from "./der/point.ts";
export * from "./der/reading.ts";
export {
  batteryOutlook,
  dischargeRoomWh,
  type OutlookInput,
  wholeEnergyWh,
} from "./dispatch/battery-outlook.ts";
export { boundedPowerW, type PowerBounds, positionPowerW } from "./dispatch/battery-power.ts";
export { type BatteryOutlook, type BidInput, type Quote, quotes } from "./dispatch/bid-strategy.ts";
export { type Decision, type DecisionInput, decide, type Position } from "./dispatch/decide.ts";
export type { Forecast, Forecaster, RecentPower } from "./dispatch/forecast.ts";
export { USUAL_RESPONSE } from "./dispatch/lease-watch.ts";
export { priceOnTick } from "./dispatch/price-on-tick.ts";
export {
  createQuoteSteps,
  type QuoteSteps,
  type QuoteTerms,
  valueByFill,
  writeQuoteSteps,
} from "./dispatch/quote-steps.ts";
export type { SiteImage } from "./dispatch/site-image.ts";
export { connectionEnergyWh } from "./dispatch/within-connection.ts";
export * from "./errors/commonwatt-error.ts";
export * from "./errors/listen-failure.ts";
export { createFleetStore } from "./fleet/fleet-store.ts";
export * from "./grid/site.ts";
export * from "./grid/tariff.ts";
export * from "./ports/device.ts";
export * from "./ports/logger.ts";
export * from "./ports/metering.ts";
export * from "./ports/plugin.ts";
export * from "./ports/route-plugin.ts";
export * from "./ports/settlement.ts";
export * from "./ports/settlement-rail.ts";
export * from "./ports/site-server.ts";
export * from "./ports/store.ts";
export * from "./ports/trading-venue.ts";
export { type RunningService, serveChild } from "./process/child-service.ts";
export { isAlive } from "./process/process-inspection.ts";
export { type ChildOptions, type ChildService, startChild } from "./process/start-child.ts";
export { ID_PATTERN } from "./runtime/check-config.ts";
export * from "./runtime/config.ts";
export { gateLead } from "./runtime/market-loop.ts";
export { runCommunity } from "./runtime/run-community.ts";
export type { RunEvent } from "./runtime/run-event.ts";
export type { RunSummary } from "./runtime/run-summary.ts";
export { LEASE_CYCLES } from "./runtime/site-batteries.ts";
export { type SiteRunner, startSite } from "./runtime/site-runner.ts";
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./store/embedded-postgres.ts";
export { openPostgresStore, type PostgresStoreOptions } from "./store/postgres-store.ts";
export * from "./time/accelerated-clock.ts";
export { type BackOff, backOff } from "./time/back-off.ts";
export * from "./time/clock.ts";
export * from "./time/delivery-interval.ts";
export { isoTime } from "./time/iso-time.ts";
export * from "./time/random.ts";
export * from "./time/simulated-clock.ts";
export { processUptimeMs, systemClock, wallTimer } from "./time/system-clock.ts";
export * from "./units/brand.ts";
export * from "./units/energy.ts";
export * from "./units/money.ts";
export * from "./units/power.ts";
export * from "./units/price.ts";
export * from "./units/rounding.ts";
