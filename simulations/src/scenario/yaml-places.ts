import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { DocumentPath } from "./check-value.ts";

/** A YAML document as values, and where each stands. */
export interface PlacedDocument {
  readonly value: unknown;
  /** What keeps it from being YAML, by line. */
  readonly errors: readonly { readonly line: number; readonly what: string }[];
  /** The line of a field, from 1; that of the nearest place around it when there is none. */
  lineOf(path: DocumentPath): number;
}

function startOf(node: Node | null | undefined): number | null {
  return node?.range?.[0] ?? null;
}

/** The field of a map, as its key and its value. */
function pairIn(node: Node, name: string | number): readonly [Node | null, Node | null] {
  if (isSeq(node)) {
    const item = node.items[Number(name)] as Node | undefined;
    return [null, item ?? null];
  }
  if (!isMap<Node, Node | null>(node)) return [null, null];
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return [pair?.key ?? null, pair?.value ?? null];
}

function offsetOf(document: Document.Parsed, path: DocumentPath): number {
  let node: Node | null = document.contents;
  let offset = startOf(node) ?? 0;
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (node === null) break;
    const [key, value]: readonly [Node | null, Node | null] = pairIn(node, name);
    offset = startOf(key) ?? startOf(value) ?? offset;
    node = value;
  }
  return offset;
}

/** Reads YAML 1.2, of which JSON is a part. */
export function placedDocument(text: string): PlacedDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const errors = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), what: message }));
  return {
    value: errors.length === 0 ? document.toJS() : undefined,
    errors,
    lineOf: (path) => lineAt(offsetOf(document, path)),
  };
}
