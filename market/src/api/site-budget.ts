import type { Clock } from "@commonwatt/vpp-core";

/** How many signed requests a site may make: a burst, and so many a second afterwards. */
export interface SiteBudgetLimits {
  readonly siteBurst: number;
  readonly sitePerSecond: number;
}

/** Counts what sites have asked for. */
export interface SiteBudget {
  /** Seconds until the site may ask again; 0: it may now. Takes nothing. */
  waitS(siteId: string): number;
  /** Takes one request. Only for one whose signature was right, so that nobody can use up another's budget. */
  spend(siteId: string): void;
}

/** Makes budgets, all full. Sites whose budget is full are forgotten, so only busy ones take memory. */
export function siteBudget({ siteBurst, sitePerSecond }: SiteBudgetLimits, clock: Clock): SiteBudget {
  /** When each site's budget is full again, in ms. */
  const fullAtMs = new Map<string, number>();
  const requestMs = 1_000 / sitePerSecond;
  return {
    waitS(siteId) {
      const debtMs = (fullAtMs.get(siteId) ?? 0) - clock.now();
      if (debtMs <= 0) fullAtMs.delete(siteId);
      return Math.max(0, Math.ceil((debtMs - (siteBurst - 1) * requestMs) / 1_000));
    },
    spend(siteId) {
      fullAtMs.set(siteId, Math.max(fullAtMs.get(siteId) ?? 0, clock.now()) + requestMs);
    },
  };
}
