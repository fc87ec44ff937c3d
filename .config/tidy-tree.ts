/** The folders of a list of files, down to `depth`, sorted. */
export function foldersOf(files: readonly string[], depth: number): readonly string[] {
  const folders = new Set<string>();
  for (const file of files) {
    const parts = file.split("/").slice(0, -1).slice(0, depth);
    for (let length = 1; length <= parts.length; length += 1) folders.add(parts.slice(0, length).join("/"));
  }
  return [...folders].sort();
}

/** A tree as it is printed in a document. */
export interface PrintedTree {
  readonly folders: readonly string[];
  /** Folders about which the tree says nothing. */
  readonly silent: readonly string[];
}

/** Reads the first code block of kind `tree`: one folder per line, two spaces per level, then a comment. */
export function printedTree(markdown: string): PrintedTree {
  const block = /^```tree\n([\s\S]*?)^```$/m.exec(markdown)?.[1] ?? "";
  const folders: string[] = [];
  const silent: string[] = [];
  const above: string[] = [];
  for (const line of block.split("\n")) {
    const entry = /^( *)(\S+)\/(?: +(\S.*))?$/.exec(line);
    if (entry === null) continue;
    const [, indent = "", name = "", comment] = entry;
    above.length = indent.length / 2;
    above.push(name);
    folders.push(above.join("/"));
    if (comment === undefined) silent.push(above.join("/"));
  }
  return { folders: folders.sort(), silent };
}
