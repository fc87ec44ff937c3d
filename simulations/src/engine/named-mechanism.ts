import { MECHANISMS, type Mechanism, mechanismOf } from "@commonwatt/market";
import { CommonwattError } from "@commonwatt/vpp-core";

/** Short names that the field uses; the first is what runs live. */
const SHORT: Readonly<Record<string, string>> = {
  uniform: "uniform-price",
  muda: "muda-lottery",
  mmr: "mid-market-rate",
  sdr: "supply-demand-ratio",
};

/**
 * The mechanism of a name, which may end with its k in thousandths, as in `pay-as-bid:500`.
 * @throws CommonwattError `SIMULATION_MECHANISM_UNKNOWN` for any other name, and for a k that it does not take.
 */
export function namedMechanism(text: string): Mechanism {
  const [given = "", k, ...rest] = text.split(":");
  const name = Object.hasOwn(SHORT, given) ? (SHORT[given] ?? given) : given;
  const isKnown = Object.hasOwn(MECHANISMS, name) && rest.length === 0;
  const isShare = k === undefined || (/^\d{1,4}$/.test(k) && Number(k) <= 1_000);
  if (isKnown && isShare) {
    const takesK = k === undefined || mechanismOf({ name }).kPerMille !== null;
    if (takesK) return mechanismOf({ name, ...(k === undefined ? {} : { kPerMille: Number(k) }) });
  }
  const names = [...Object.keys(SHORT), ...Object.keys(MECHANISMS)];
  throw new CommonwattError(
    "SIMULATION_MECHANISM_UNKNOWN",
    `"${text}" is no mechanism; there are ${names.join(", ")}, some with ":k", k being 0 to 1000 thousandths`,
    { details: { mechanism: text } },
  );
}
