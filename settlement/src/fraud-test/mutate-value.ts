import type { Hex, Random } from "@commonwatt/vpp-core";
import { fromHex, toHex } from "../hash/keccak.ts";

/** Another value than the given one, of the same type: a neighbour, an extreme, or anything. */
export function mutateValue(value: unknown, field: string, random: Random): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "bigint") return mutateAmount(value, random);
  if (typeof value === "number") return mutateNumber(value, largestOf(field), random);
  if (typeof value === "string") return mutateHex(value as Hex, random);
  // No price becomes one.
  if (value === null) return random.integer(1, 400_000);
  if (Array.isArray(value)) return mutateList(value as readonly Hex[], random);
  throw new TypeError(`${field} has a value that nobody knows how to change`);
}

function mutateNumber(value: number, largest: number, random: Random): number {
  const candidates = [
    value + 1,
    value - 1,
    value * 2,
    Math.floor(value / 2),
    0,
    random.integer(0, 1_000_000),
  ];
  const possible = candidates.filter((one) => one !== value && one >= 0 && one <= largest);
  return possible[random.integer(0, possible.length - 1)] ?? value + 1;
}

function mutateAmount(value: bigint, random: Random): bigint {
  const large = [value + 10n ** 13n, value + 10n ** 15n, value + 10n ** 20n];
  const candidates = [value + 1n, value - 1n, value * 2n, value / 2n, 0n, ...large];
  const possible = candidates.filter((one) => one !== value && one >= 0n);
  return possible[random.integer(0, possible.length - 1)] ?? value + 1n;
}

function mutateHex(value: Hex, random: Random): Hex {
  const bytes = fromHex(value);
  // The first byte decides where a hash sorts.
  const at = random.next() < 0.3 ? 0 : random.integer(0, Math.max(0, bytes.length - 1));
  bytes[at] = (bytes[at] ?? 0) ^ random.integer(1, 255);
  return toHex(bytes);
}

function mutateList(list: readonly Hex[], random: Random): readonly Hex[] {
  const at = random.integer(0, list.length - 1);
  return list.map((one, index) => (index === at ? mutateHex(one, random) : one));
}

/** The largest number that a field's type holds. */
function largestOf(field: string): number {
  if (["ended", "phase", "kind", "scope"].includes(field)) return 255;
  const isShort = /Index$|Count$|Reading$/.test(field) || field === "twin" || field === "index";
  return isShort && field !== "intervalIndex" ? 2 ** 32 - 1 : Number.MAX_SAFE_INTEGER;
}
