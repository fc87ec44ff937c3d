import type { Hex } from "@commonwatt/vpp-core";
import { fromHex, toHex } from "../hash/keccak.ts";

/** Bytes as everybody writes them, whatever else a text begins or ends with and how large its letters are. */
export function plainHex(text: Hex): Hex {
  return toHex(fromHex(text));
}

/** Fields that say whether something is so. */
const TRUTHS: ReadonlySet<string> = new Set(["isBid", "isSeller", "isMetered"]);

/**
 * What an archive has, in the one writing in which it can be compared and shown to a judge: an archive comes from a
 * stranger, who can write a field in many ways of which every one has the same hash. A field that says whether something
 * is so is what its hash takes it for.
 */
export function plainFields<Fields extends object>(fields: Fields): Fields {
  const plain: Record<keyof Fields, unknown> = { ...fields };
  for (const name of Object.keys(plain) as (keyof Fields & string)[]) {
    const value = plain[name];
    if (TRUTHS.has(name)) plain[name] = Boolean(value);
    else if (typeof value === "string") plain[name] = plainHex(value as Hex);
  }
  return plain as Fields;
}
