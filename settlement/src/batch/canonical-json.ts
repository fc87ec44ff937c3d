/**
 * JSON with the names of every object in code unit order and nothing between tokens, so that equal values
 * have equal bytes whatever database they went through (as RFC 8785 has it, for the values used here).
 * Throws a TypeError for what JSON cannot hold: bigints must be texts by now.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    // Rows of plain values have one form only, and there are thousands of them.
    if (value.every(isPlain)) return JSON.stringify(value);
    return `[${value.map(canonicalJson).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON cannot hold ${String(value)}`);
  return text;
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
