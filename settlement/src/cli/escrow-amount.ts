import { CommonwattError } from "@commonwatt/vpp-core";

const NANO_DECIMALS = 9;

/** Decimals of the token, from what one of its smallest units is in nano. */
function decimalsOf(nanoPerUnit: bigint): number {
  return NANO_DECIMALS - (nanoPerUnit.toString().length - 1);
}

/** An amount from the command line, e.g. `12.5`, in the token's smallest unit. @throws CommonwattError `USAGE_AMOUNT`. */
export function amountFrom(text: string, nanoPerUnit: bigint): bigint {
  const decimals = decimalsOf(nanoPerUnit);
  const [, whole = "", part = ""] = /^(\d{1,18})(?:\.(\d+))?$/.exec(text) ?? [];
  const amount = whole === "" ? 0n : BigInt(whole + part.padEnd(decimals, "0"));
  if (amount > 0n && part.length <= decimals) return amount;
  throw new CommonwattError(
    "USAGE_AMOUNT",
    `--amount is ${text}; it must be above 0, with at most ${decimals} decimals`,
  );
}

/** An amount as people write it. */
export function amountText(amount: bigint, nanoPerUnit: bigint): string {
  const decimals = decimalsOf(nanoPerUnit);
  const digits = amount.toString().padStart(decimals + 1, "0");
  if (decimals === 0) return digits;
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
