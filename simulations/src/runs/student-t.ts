import assert from "node:assert/strict";

/** Terms of the continued fraction and of the bisection; both have converged long before. */
const STEPS_MAX = 300;
/** Below what a float64 tells apart. */
const SMALLEST = 1e-300;
const EXACTNESS = 1e-15;

/**
 * The quantile of Student's t distribution: the value that a t with so many degrees of freedom stays below with
 * probability `probability`. By bisection of the distribution function, to about ten digits.
 * @param probability - between 0.5 and 1.
 * @param freedom - degrees of freedom, at least 1.
 */
export function studentQuantile(probability: number, freedom: number): number {
  assert(probability >= 0.5 && probability < 1, `a quantile of 0.5 to 1, got ${probability}`);
  assert(Number.isInteger(freedom) && freedom >= 1, `degrees of freedom are whole, got ${freedom}`);
  let low = 0;
  let high = 1;
  while (studentProbability(high, freedom) < probability) high *= 2;
  for (let step = 0; step < STEPS_MAX && high - low > EXACTNESS * high; step++) {
    const middle = (low + high) / 2;
    if (studentProbability(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T ≤ t) for t ≥ 0: `1 − I(ν / (ν + t²); ν/2, 1/2) / 2` (NIST DLMF 8.17, Abramowitz and Stegun 26.7.1). */
function studentProbability(t: number, freedom: number): number {
  return 1 - incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
}

/** The regularised incomplete beta function I(x; a, b), by its continued fraction (NIST DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on one side of the mean only; the other is 1 − I(1 − x; b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) - logBeta(a, b)) / a;
  let [c, d] = [1, 1 / nonZero(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m <= STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < EXACTNESS) break;
  }
  return front * fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** ln Γ(x) for x > 0: Stirling's series (NIST DLMF 5.11.1) where it is exact, and Γ(x + 1) = x·Γ(x) below. */
function logGamma(x: number): number {
  let shift = 0;
  let above = x;
  for (; above < 15; above++) shift -= Math.log(above);
  const square = above * above;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / above;
  return shift + (above - 0.5) * Math.log(above) - above + Math.log(2 * Math.PI) / 2 + series;
}
