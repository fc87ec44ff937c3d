/** Sizes that are above a limit, by what they belong to. */
export type Excesses = Readonly<Record<string, number>>;

/**
 * Compares excesses with those that are known. A new or grown one is an error, and so is a known one that
 * has shrunk: the list then has to say so, and can never grow back.
 */
export function ratchet(known: Excesses, found: Excesses, limit: number): readonly string[] {
  const complaints: string[] = [];
  for (const [what, size] of Object.entries(found)) {
    const before = known[what];
    if (before === undefined) complaints.push(`${what}: ${size}, allowed are ${limit}`);
    else if (size > before) complaints.push(`${what}: ${size}, it was ${before} and must not grow`);
  }
  for (const [what, before] of Object.entries(known)) {
    const now = found[what];
    if (now === undefined) complaints.push(`${what}: within ${limit} now; remove it from the list`);
    else if (now < before) complaints.push(`${what}: only ${now} now; lower it from ${before} in the list`);
  }
  return complaints.sort();
}
