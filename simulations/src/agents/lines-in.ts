/** A longer line is none: 64 MiB are some 100,000 homes. */
const LINE_LETTERS_MAX = 2 ** 26;

/**
 * The lines of a stream of text, the last one whole or not. It reads on only when the next is asked for.
 * @throws Error for a line longer than `lettersMax`
 */
export async function* linesIn(
  chunks: AsyncIterable<string>,
  lettersMax: number = LINE_LETTERS_MAX,
): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      yield rest + chunk.slice(from, end);
      rest = "";
      from = end + 1;
    }
    rest += chunk.slice(from);
    if (rest.length > lettersMax) throw new Error(`a line has more than ${lettersMax} letters`);
  }
  if (rest !== "") yield rest;
}
