import type { Branded } from "./brand.ts";
import type { WattHours } from "./energy.ts";
import type { PriceMicroPerKwh } from "./price.ts";

/**
 * Money in billionths of the currency unit. One micro per kWh times one Wh is exactly one nano, so
 * clearing and accounting never divide; the only rounding is at the escrow.
 */
export type MoneyNano = Branded<bigint, "nano">;

/** Takes an amount in nano. */
export function moneyNano(value: bigint): MoneyNano {
  return value as MoneyNano;
}

/** No money. */
export const NO_MONEY: MoneyNano = moneyNano(0n);

/** What an amount of energy costs at a price: exact, by construction of the units. */
export function amountOf(energy: WattHours, price: PriceMicroPerKwh): MoneyNano {
  return moneyNano(BigInt(energy) * BigInt(price));
}

/** Adds amounts. */
export function sumMoney(amounts: Iterable<MoneyNano>): MoneyNano {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return moneyNano(total);
}

/** Prints money in currency units with four decimals, rounded towards zero, e.g. `"-0.0312"`. */
export function formatMoney(amount: MoneyNano): string {
  const magnitude = amount < 0n ? -amount : amount;
  const tenThousandths = magnitude / 100_000n;
  const text = `${tenThousandths / 10_000n}.${(tenThousandths % 10_000n).toString().padStart(4, "0")}`;
  return amount < 0n && tenThousandths > 0n ? `-${text}` : text;
}
