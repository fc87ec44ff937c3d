/** How many elements of a long list are written at once. */
const PIECE = 128;

/**
 * JSON with the names of every object in code unit order and nothing between tokens, so that equal values
 * have equal bytes whatever database they went through (as RFC 8785 has it, for the values used here).
 * Throws a TypeError for what JSON cannot hold: bigints must be texts by now.
 */
export function canonicalJson(value: unknown): string {
  // Whoever keeps names in order is served by the engine's own writer, many times faster.
  return isOrdered(value) ? JSON.stringify(value) : reordered(value);
}

/** The canonical JSON of an object in pieces, one after the other, so that no large text is ever put together. */
export function writeCanonical(value: object, take: (piece: string) => void): void {
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [index, name] of Object.keys(fields).sort().entries()) {
    take(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`);
    const field = fields[name];
    if (Array.isArray(field)) writeList(field, take);
    else take(canonicalJson(field));
  }
  take(Object.keys(fields).length === 0 ? "{}" : "}");
}

function writeList(list: readonly unknown[], take: (piece: string) => void): void {
  take("[");
  for (let from = 0; from < list.length; from += PIECE) {
    if (from > 0) take(",");
    take(canonicalJson(list.slice(from, from + PIECE)).slice(1, -1));
  }
  take("]");
}

/** Whether a value is one that JSON can hold, and the names of all objects in it stand in order. */
function isOrdered(value: unknown): boolean {
  if (isPlain(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) {
    // Most elements of rows are plain: no call for them.
    for (let at = 0; at < value.length; at++) if (!isPlain(value[at]) && !isOrdered(value[at])) return false;
    return true;
  }
  let before = "";
  for (const name in value) {
    if (name <= before && before !== "") return false;
    if (!isOrdered((value as Readonly<Record<string, unknown>>)[name])) return false;
    before = name;
  }
  return true;
}

function isPlain(value: unknown): boolean {
  return (
    typeof value === "number" || typeof value === "string" || value === null || typeof value === "boolean"
  );
}

function reordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const fields = value as Readonly<Record<string, unknown>>;
    const texts = Object.keys(fields)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonicalJson(fields[name])}`);
    return `{${texts.join(",")}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON cannot hold ${String(value)}`);
  return text;
}
