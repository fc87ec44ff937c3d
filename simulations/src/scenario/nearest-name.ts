/**
 * Edits between two texts: letters put in, taken out, replaced, and neighbours swapped (optimal string
 * alignment; G. Navarro, ACM Computing Surveys 33 (2001) 31).
 */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => new Array<number>(b.length + 1).fill(i));
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let edits = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) edits = Math.min(edits, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = edits;
    }
  }
  return at(a.length, b.length);
}

/** The name that somebody may have meant: one that begins so, or at most a third of its letters away; else `null`. */
export function nearestName(given: string, names: readonly string[]): string | null {
  let [nearest, least] = [null as string | null, Number.POSITIVE_INFINITY];
  for (const name of names) {
    const [meant, known] = [given.toLowerCase(), name.toLowerCase()];
    const edits = meant.length > 2 && known.startsWith(meant) ? 1 : distance(meant, known);
    if (edits < least && edits <= Math.max(1, Math.floor(name.length / 3))) [nearest, least] = [name, edits];
  }
  return nearest;
}
