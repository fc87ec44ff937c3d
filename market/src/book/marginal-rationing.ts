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
  const askedWh = quantitiesWh.reduce((sum, quantityWh) => sum + quantityWh, 0);
  assert(filledWh >= 0 && filledWh <= askedWh, "cannot share out more than was asked for");
  if (filledWh === askedWh) return quantitiesWh.slice();
  const shares = new Int32Array(quantitiesWh.length);
  const fractions = new Float64Array(quantitiesWh.length);
  let leftWh = filledWh;
  for (let i = 0; i < shares.length; i++) {
    const [share, fraction] = divide(filledWh, quantitiesWh[i] as number, askedWh);
    shares[i] = share;
    fractions[i] = fraction;
    leftWh -= share;
  }
  if (leftWh === 0) return shares;
  const byLuck = Uint32Array.from(shares, (_, i) => i).sort((a, b) => {
    const [left, right] = [sites[a] as number, sites[b] as number];
    return (
      (fractions[b] as number) - (fractions[a] as number) ||
      lot(seed, left) - lot(seed, right) ||
      left - right ||
      (quantitiesWh[b] as number) - (quantitiesWh[a] as number) ||
      a - b
    );
  });
  for (const i of byLuck.subarray(0, leftWh)) shares[i] = (shares[i] as number) + 1;
  return shares;
}

/** ⌊a·b / c⌋ and the remainder, exactly. */
function divide(a: number, b: number, c: number): readonly [number, number] {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return [Math.floor(product / c), product % c];
  const exact = BigInt(a) * BigInt(b);
  return [Number(exact / BigInt(c)), Number(exact % BigInt(c))];
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
