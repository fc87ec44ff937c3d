import assert from "node:assert/strict";

/**
 * Shares what is left at the marginal price among its orders, in proportion to their quantities, by largest
 * remainder: everyone gets the whole watt-hours of their share; the few left over go one each to the largest
 * fractions. Equal fractions are drawn by a hash of seed and site, which nobody can move by price, by
 * quantity or by coming early; a site's own orders then by falling quantity. So the result does not depend on
 * the order in which orders came, except among orders of one site with one price and one quantity.
 *
 * `filledWh` must be at most the sum of `quantitiesWh`. Answers what each gets, in Wh; exact for any safe sum.
 */
export function rationMargin(
  quantitiesWh: Int32Array,
  sites: Int32Array,
  filledWh: number,
  seed: number,
): Int32Array {
  const shares = new Int32Array(quantitiesWh.length);
  const room = createRationing(quantitiesWh.length);
  ration(quantitiesWh, sites, quantitiesWh.length, filledWh, seed, shares, room);
  return shares;
}

/** Room for rationing, used again. */
export interface Rationing {
  readonly fractions: Float64Array;
  /** How many fractions there are in each of so many equal ranges, the largest first. */
  readonly ranges: Int32Array;
}

const RANGES = 1_024;

/** Room for so many orders at a margin. */
export function createRationing(ordersMax: number): Rationing {
  return { fractions: new Float64Array(ordersMax), ranges: new Int32Array(RANGES) };
}

/**
 * The rule of {@link rationMargin} for the first `count` orders, into `sharesWh`. Fractions are counted by range,
 * so that only those of the range in which the last Wh is drawn need to be sorted.
 */
export function ration(
  quantitiesWh: Int32Array,
  sites: Int32Array,
  count: number,
  filledWh: number,
  seed: number,
  sharesWh: Int32Array,
  { fractions, ranges }: Rationing,
): void {
  let askedWh = 0;
  for (let i = 0; i < count; i++) askedWh += quantitiesWh[i] as number;
  assert(filledWh >= 0 && filledWh <= askedWh, "cannot share out more than was asked for");
  let leftWh = filledWh;
  ranges.fill(0);
  for (let i = 0; i < count; i++) {
    const quantityWh = quantitiesWh[i] as number;
    const product = filledWh * quantityWh;
    const isExact = product <= Number.MAX_SAFE_INTEGER;
    const share = isExact ? Math.floor(product / askedWh) : exactShare(filledWh, quantityWh, askedWh);
    const fraction = isExact ? product - share * askedWh : exactRest(filledWh, quantityWh, askedWh);
    sharesWh[i] = share;
    fractions[i] = fraction;
    leftWh -= share;
    const range = rangeOf(fraction, askedWh);
    ranges[range] = (ranges[range] as number) + 1;
  }
  if (leftWh === 0) return;
  let last = 0;
  for (; leftWh > (ranges[last] as number); last++) leftWh -= ranges[last] as number;
  const candidates: number[] = [];
  for (let i = 0; i < count; i++) {
    const range = rangeOf(fractions[i] as number, askedWh);
    if (range < last) sharesWh[i] = (sharesWh[i] as number) + 1;
    else if (range === last) candidates.push(i);
  }
  if (leftWh < candidates.length)
    candidates.sort((a, b) => byLuck(a, b, quantitiesWh, sites, fractions, seed));
  for (const i of candidates.slice(0, leftWh)) sharesWh[i] = (sharesWh[i] as number) + 1;
}

/** Which range a fraction below the sum is in: the larger it is, the earlier. */
function rangeOf(fraction: number, askedWh: number): number {
  return RANGES - 1 - Math.floor((fraction * RANGES) / askedWh);
}

function byLuck(
  a: number,
  b: number,
  quantitiesWh: Int32Array,
  sites: Int32Array,
  fractions: Float64Array,
  seed: number,
): number {
  const [left, right] = [sites[a] as number, sites[b] as number];
  return (
    (fractions[b] as number) - (fractions[a] as number) ||
    lot(seed, left) - lot(seed, right) ||
    left - right ||
    (quantitiesWh[b] as number) - (quantitiesWh[a] as number) ||
    a - b
  );
}

/** ⌊a·b / c⌋, exactly, for a product beyond the safe integers. */
function exactShare(a: number, b: number, c: number): number {
  return Number((BigInt(a) * BigInt(b)) / BigInt(c));
}

/** What is left of that division. */
function exactRest(a: number, b: number, c: number): number {
  return Number((BigInt(a) * BigInt(b)) % BigInt(c));
}

/** A site's lot in a draw: 32 bits of seed and site (the finaliser of MurmurHash3, Appleby 2011, twice). */
function lot(seed: number, site: number): number {
  return finalise(finalise(seed | 0) ^ site) >>> 0;
}

function finalise(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
