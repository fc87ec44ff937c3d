/** Where demand and supply meet. Ticks are the limits of the marginal orders. */
export interface Crossing {
  /** The most that trades at one price, in Wh. */
  readonly volumeWh: number;
  /** The clearing price. */
  readonly tick: number;
  /** Limit of the last bid that got something, and how much of that limit's bids is filled, in Wh. */
  readonly bidTick: number;
  readonly bidFilledWh: number;
  /** Limit of the last offer that got something, and how much of that limit's offers is filled, in Wh. */
  readonly offerTick: number;
  readonly offerFilledWh: number;
}

/** One side by price, best first: the tick and the quantity in Wh of each level that holds orders. */
export interface Ladder {
  readonly ticks: ArrayLike<number>;
  readonly quantitiesWh: ArrayLike<number>;
  readonly length: number;
}

/**
 * The price rule of the uniform-price call auction, a k-double auction (Chatterjee and Samuelson 1983; Wilson
 * 1985). Volume: the most that trades in merit order, equal limits included. Price: any in [low, high] clears
 * the market, where low = max(last filled offer, best rejected bid) and high = min(last filled bid, best
 * rejected offer), a partly filled level being both; taken is low + ⌊(high − low)·k⌋ in whole ticks.
 * `null` when nothing trades.
 */
export function crossLadders(bids: Ladder, offers: Ladder, kPerMille: number): Crossing | null {
  let volumeWh = 0;
  let [bid, offer] = [0, 0];
  let [bidTick, offerTick] = [-1, -1];
  let bidLeftWh = bids.quantitiesWh[0] ?? 0;
  let offerLeftWh = offers.quantitiesWh[0] ?? 0;
  while (bid < bids.length && offer < offers.length) {
    const bidLimit = bids.ticks[bid] as number;
    const offerLimit = offers.ticks[offer] as number;
    if (bidLimit < offerLimit) break;
    bidTick = bidLimit;
    offerTick = offerLimit;
    const crossedWh = Math.min(bidLeftWh, offerLeftWh);
    volumeWh += crossedWh;
    bidLeftWh -= crossedWh;
    offerLeftWh -= crossedWh;
    if (bidLeftWh === 0) bidLeftWh = bids.quantitiesWh[++bid] ?? 0;
    if (offerLeftWh === 0) offerLeftWh = offers.quantitiesWh[++offer] ?? 0;
  }
  if (volumeWh === 0) return null;
  const rejectedBid = bid < bids.length ? (bids.ticks[bid] as number) : offerTick;
  const rejectedOffer = offer < offers.length ? (offers.ticks[offer] as number) : bidTick;
  const low = Math.max(offerTick, rejectedBid);
  const high = Math.min(bidTick, rejectedOffer);
  return {
    volumeWh,
    tick: low + Math.floor(((high - low) * kPerMille) / 1000),
    bidTick,
    bidFilledWh: filledAt(bids, bid, bidTick, bidLeftWh),
    offerTick,
    offerFilledWh: filledAt(offers, offer, offerTick, offerLeftWh),
  };
}

/** What of the marginal level is filled: all of it, unless the walk stopped there with something left. */
function filledAt(side: Ladder, at: number, marginalTick: number, leftWh: number): number {
  const { ticks, quantitiesWh, length } = side;
  if (at < length && ticks[at] === marginalTick) return (quantitiesWh[at] as number) - leftWh;
  return quantitiesWh[at - 1] as number;
}
