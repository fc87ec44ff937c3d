/** Texts that JSON writes as they are: nothing to escape in them. */
const PLAIN_TEXT = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Foreign archives may have any number of shapes. */
const SHAPES_MAX = 1_000;

/** The names of objects of one shape in order, by their names in the order that the object has them. */
const orderedNames = new Map<string, readonly string[]>();

/**
 * JSON with the names of every object in code unit order and nothing between tokens, so that equal values
 * have equal bytes whatever database they went through (as RFC 8785 has it, for the values used here).
 * Throws a TypeError for what JSON cannot hold: bigints must be texts by now.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) {
    // Rows of plain values have one form only, and there are thousands of them.
    return value.every(isPlain) ? JSON.stringify(value) : `[${value.map(canonicalJson).join(",")}]`;
  }
  if (value !== null && typeof value === "object") return canonicalObject(value as Record<string, unknown>);
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON cannot hold ${String(value)}`);
  return text;
}

function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const name of namesOf(value)) {
    text += `${text === "" ? "" : ","}${quoted(name)}:${canonicalJson(value[name])}`;
  }
  return `{${text}}`;
}

/** Thousands of objects have few shapes: the names of each are sorted once. */
function namesOf(value: object): readonly string[] {
  const names = Object.keys(value);
  const shape = names.join("\n");
  const known = orderedNames.get(shape);
  if (known !== undefined) return known;
  const ordered = names.sort();
  if (orderedNames.size < SHAPES_MAX) orderedNames.set(shape, ordered);
  return ordered;
}

function quoted(text: string): string {
  return PLAIN_TEXT.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
