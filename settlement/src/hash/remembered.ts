/** A community of more sites than this computes its hashes anew in every batch. */
const KEPT_MAX = 65_536;

/**
 * A pure function of a text that keeps its answers, as a community has the same sites and meters batch after batch. It
 * forgets all of them when there are too many, so that it does not grow for ever.
 */
export function remembered<Text extends string, Answer extends object | string>(
  answer: (text: Text) => Answer,
): (text: Text) => Answer {
  const kept = new Map<Text, Answer>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const found = answer(text);
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(text, found);
    return found;
  };
}
