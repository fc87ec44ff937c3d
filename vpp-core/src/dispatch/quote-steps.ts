/** The quotes of one site for one interval, in memory that is used again. */
export interface QuoteSteps {
  isBid: boolean;
  /** How many of the steps are there, at most three. */
  count: number;
  readonly energyWh: Float64Array;
  readonly limitPrice: Float64Array;
}

/** What quotes follow from, as bare numbers; see `BidInput`. */
export interface QuoteTerms {
  /** Expected deficit (+), with what is sold less bought already. */
  netLoadWh: number;
  retailPrice: number;
  feedInPrice: number;
  referencePrice: number;
  /** What a kWh in the battery is worth to its owner; see {@link valueByFill}. */
  storedPrice: number;
  /** 0 without a battery. */
  capacityWh: number;
  storedWh: number;
  reserveWh: number;
  chargeMaxWh: number;
  dischargeMaxWh: number;
}

/** Energy that comes back from a battery for each unit that goes in, one way, in per mille (typical Li-ion). */
const ONE_WAY_EFFICIENCY_PERMILLE = 950;

/** Room for the quotes of a site. */
export function createQuoteSteps(): QuoteSteps {
  return { isBid: true, count: 0, energyWh: new Float64Array(3), limitPrice: new Float64Array(3) };
}

/**
 * What a kWh in a battery is worth as long as nothing is known of the hours to come: the retail price when it is
 * empty, the feed-in price when it is full, linear between.
 */
export function valueByFill(
  retailPrice: number,
  feedInPrice: number,
  storedWh: number,
  capacityWh: number,
): number {
  if (capacityWh <= 0) return feedInPrice;
  const emptyWh = Math.max(0, capacityWh - storedWh);
  return feedInPrice + Math.floor(((retailPrice - feedInPrice) * emptyWh) / capacityWh);
}

/** The rule of `quotes` on bare numbers, without an object: writes the steps of the side that is worth more. */
export function writeQuoteSteps(terms: QuoteTerms, steps: QuoteSteps): void {
  const { netLoadWh: base, retailPrice, feedInPrice, referencePrice, capacityWh } = terms;
  let chargePrice = feedInPrice;
  let dischargePrice = retailPrice;
  let atLow = base;
  let atHigh = base;
  if (capacityWh > 0) {
    const { storedWh } = terms;
    const emptyWh = Math.max(0, capacityWh - storedWh);
    const charge = Math.floor((terms.storedPrice * ONE_WAY_EFFICIENCY_PERMILLE) / 1000);
    const discharge = Math.floor((terms.storedPrice * 1000) / ONE_WAY_EFFICIENCY_PERMILLE);
    chargePrice = Math.min(retailPrice, Math.max(feedInPrice, charge));
    dischargePrice = Math.min(retailPrice, Math.max(feedInPrice, discharge));
    atLow = base + Math.min(terms.chargeMaxWh, emptyWh);
    atHigh = base - Math.max(0, Math.min(terms.dischargeMaxWh, storedWh - terms.reserveWh));
  }
  const mustBuy = Math.max(atHigh, 0);
  const wouldBuy = Math.max(base, 0);
  const mostBuy = Math.max(atLow, 0);
  const mustSell = Math.min(atLow, 0);
  const wouldSell = Math.min(base, 0);
  const mostSell = Math.min(atHigh, 0);
  const bidGain =
    Math.max(0, retailPrice - referencePrice) * mustBuy +
    Math.max(0, dischargePrice - referencePrice) * (wouldBuy - mustBuy) +
    Math.max(0, chargePrice - referencePrice) * (mostBuy - wouldBuy);
  const offerGain =
    Math.max(0, referencePrice - feedInPrice) * -mustSell +
    Math.max(0, referencePrice - chargePrice) * (mustSell - wouldSell) +
    Math.max(0, referencePrice - dischargePrice) * (wouldSell - mostSell);
  steps.count = 0;
  steps.isBid = bidGain === offerGain ? base > 0 : bidGain > offerGain;
  if (steps.isBid) {
    addStep(steps, mustBuy, retailPrice);
    addStep(steps, wouldBuy - mustBuy, dischargePrice);
    addStep(steps, mostBuy - wouldBuy, chargePrice);
  } else {
    addStep(steps, -mustSell, feedInPrice);
    addStep(steps, mustSell - wouldSell, chargePrice);
    addStep(steps, wouldSell - mostSell, dischargePrice);
  }
}

function addStep(steps: QuoteSteps, energyWh: number, limitPrice: number): void {
  if (energyWh <= 0) return;
  const at = steps.count++;
  steps.energyWh[at] = energyWh;
  steps.limitPrice[at] = limitPrice;
}
