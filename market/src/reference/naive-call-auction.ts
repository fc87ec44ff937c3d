/** An order of a call auction. */
export interface CallOrder {
  readonly site: number;
  /** 0 buys, 1 sells. */
  readonly side: 0 | 1;
  readonly tick: number;
  readonly quantityWh: number;
}

/** What a call auction came to: the price (`null` when nothing trades) and what each order got. */
export interface NaiveClearing {
  readonly tick: number | null;
  readonly volumeWh: number;
  readonly fillsWh: readonly number[];
}

interface Ranked extends CallOrder {
  readonly at: number;
}

/**
 * The rule of the call auction written plainly: both sides are sorted by price and walked side by side; at the
 * marginal price of each side what is left is shared by largest remainder.
 */
export function clearNaively(orders: readonly CallOrder[], kPerMille: number, seed: number): NaiveClearing {
  const ranked = orders.map((order, at) => ({ ...order, at }));
  const bids = ranked.filter(({ side }) => side === 0).sort((a, b) => b.tick - a.tick);
  const offers = ranked.filter(({ side }) => side === 1).sort((a, b) => a.tick - b.tick);
  let volumeWh = 0;
  let [bid, offer] = [0, 0];
  let bidLeftWh = bids[0]?.quantityWh ?? 0;
  let offerLeftWh = offers[0]?.quantityWh ?? 0;
  let [lastBid, lastOffer]: (Ranked | undefined)[] = [];
  for (;;) {
    const [buyer, seller] = [bids[bid], offers[offer]];
    if (buyer === undefined || seller === undefined || buyer.tick < seller.tick) break;
    [lastBid, lastOffer] = [buyer, seller];
    const crossedWh = Math.min(bidLeftWh, offerLeftWh);
    volumeWh += crossedWh;
    bidLeftWh -= crossedWh;
    offerLeftWh -= crossedWh;
    if (bidLeftWh === 0) bidLeftWh = bids[++bid]?.quantityWh ?? 0;
    if (offerLeftWh === 0) offerLeftWh = offers[++offer]?.quantityWh ?? 0;
  }
  const fillsWh = orders.map(() => 0);
  if (lastBid === undefined || lastOffer === undefined) return { tick: null, volumeWh, fillsWh };
  fillSide(bids, lastBid.tick, volumeWh, seed, fillsWh);
  fillSide(offers, lastOffer.tick, volumeWh, seed, fillsWh);
  const low = Math.max(lastOffer.tick, bids[bid]?.tick ?? lastOffer.tick);
  const high = Math.min(lastBid.tick, offers[offer]?.tick ?? lastBid.tick);
  return { tick: low + Math.floor(((high - low) * kPerMille) / 1000), volumeWh, fillsWh };
}

function fillSide(
  side: readonly Ranked[],
  marginalTick: number,
  volumeWh: number,
  seed: number,
  fillsWh: number[],
): void {
  let leftWh = volumeWh;
  const better = side.slice(
    0,
    side.findIndex(({ tick }) => tick === marginalTick),
  );
  for (const { at, quantityWh } of better) {
    fillsWh[at] = quantityWh;
    leftWh -= quantityWh;
  }
  const margin = side.filter(({ tick }) => tick === marginalTick);
  const askedWh = margin.reduce((sum, { quantityWh }) => sum + BigInt(quantityWh), 0n);
  const shares = margin.map((order) => {
    const weighted = BigInt(leftWh) * BigInt(order.quantityWh);
    return {
      order,
      wholeWh: Number(weighted / askedWh),
      fraction: weighted % askedWh,
      lot: lotOf(seed, order.site),
    };
  });
  const extra = leftWh - shares.reduce((sum, { wholeWh }) => sum + wholeWh, 0);
  shares.sort(
    (a, b) =>
      Number(b.fraction - a.fraction) ||
      a.lot - b.lot ||
      a.order.site - b.order.site ||
      b.order.quantityWh - a.order.quantityWh,
  );
  for (const [i, { order, wholeWh }] of shares.entries()) fillsWh[order.at] = wholeWh + (i < extra ? 1 : 0);
}

/** The draw of a site: MurmurHash3's finaliser over seed, then over the result and the site. */
function lotOf(seed: number, site: number): number {
  const mix = (word: number): number => {
    const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
    return second ^ (second >>> 16);
  };
  return mix(mix(seed) ^ site) >>> 0;
}
