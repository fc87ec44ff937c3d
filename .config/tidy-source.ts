import { parseSync } from "@swc/core";

/** A function that a source holds, with the lines it spans. */
export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lineCount: number;
}

/** Something in a source, and the line it begins on. */
export interface Finding {
  readonly what: string;
  readonly line: number;
}

/** What the tidy rules need to know of one TypeScript source. */
export interface SourceFacts {
  readonly functions: readonly FunctionSpan[];
  /** Exports without a TSDoc comment right before them. */
  readonly undocumented: readonly Finding[];
  /** Uses of the machine's clock, timers or randomness. */
  readonly clockUses: readonly Finding[];
}

interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassMethod",
  "PrivateMethod",
  "Constructor",
  "MethodProperty",
  "GetterProperty",
  "SetterProperty",
]);
const TIMERS = new Set(["setTimeout", "setInterval"]);
const CLOCK_MEMBERS = new Set([
  "Date.now",
  "performance.now",
  "process.uptime",
  "process.hrtime",
  "Math.random",
]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "span" in value;
}

/** The name in an identifier, a key or a declaration; "" when there is none. */
function nameIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const { value: own, identifier, id, key } = value as Readonly<Record<string, unknown>>;
  for (const inner of [own, identifier, id, key]) {
    const name = nameIn(inner);
    if (name !== "") return name;
  }
  return "";
}

/** Calls `visit` for every node, with the node above it and the nearest name on the way there. */
function walk(value: unknown, parent: Node | null, name: string, visit: Visit): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, parent, name, visit);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const own = "type" in value ? nameIn(value) || name : name;
  if (isNode(value)) visit(value, parent, own);
  for (const child of Object.values(value)) walk(child, isNode(value) ? value : parent, own, visit);
}

type Visit = (node: Node, parent: Node | null, name: string) => void;

function memberName(node: Node): string {
  return `${nameIn(node["object"])}.${nameIn(node["property"])}`;
}

/** Names the clock, timer or random number that a node takes; "" when it takes none. */
function clockUse(node: Node): string {
  if (node.type === "CallExpression" && TIMERS.has(nameIn(node["callee"]))) return nameIn(node["callee"]);
  if (node.type === "MemberExpression" && CLOCK_MEMBERS.has(memberName(node))) return memberName(node);
  const args = node["arguments"];
  if (node.type === "NewExpression" && nameIn(node["callee"]) === "Date") {
    return Array.isArray(args) && args.length > 0 ? "" : "new Date()";
  }
  const isImport = node.type === "ImportDeclaration" && /^(node:)?timers/.test(nameIn(node["source"]));
  return isImport ? nameIn(node["source"]) : "";
}

/** Groups of tests are as long as their tests are many. */
function isTestGroup(parent: Node | null): boolean {
  if (parent?.type !== "CallExpression") return false;
  const callee = parent["callee"];
  if (!isNode(callee)) return false;
  const called = callee.type === "CallExpression" ? callee["callee"] : callee;
  const base = isNode(called) && called.type === "MemberExpression" ? called["object"] : called;
  return nameIn(base) === "describe";
}

/** Reads a TypeScript source. Throws with the parser's words when it is none. */
export function sourceFacts(source: string): SourceFacts {
  const bytes = Buffer.from(source);
  const module = parseSync(source, { syntax: "typescript", target: "es2024" });
  // swc counts bytes from 1.
  const lineAt = (offset: number): number =>
    bytes
      .subarray(0, offset - 1)
      .toString()
      .split("\n").length;
  const functions: FunctionSpan[] = [];
  const clockUses: Finding[] = [];
  walk(module.body, null, "", (node, parent, name) => {
    const line = lineAt(node.span.start);
    if (FUNCTIONS.has(node.type) && !isTestGroup(parent)) {
      functions.push({ name: name || "(anonymous)", line, lineCount: lineAt(node.span.end) - line + 1 });
    }
    const what = clockUse(node);
    if (what !== "") clockUses.push({ what, line });
  });
  const undocumented = (module.body as unknown as readonly Node[])
    .filter((node) => node.type.startsWith("Export") && node["source"] == null)
    .filter(
      (node) => !/\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.test(bytes.subarray(0, node.span.start - 1).toString()),
    )
    .map((node) => ({ what: exportedName(node), line: lineAt(node.span.start) }));
  return { functions, undocumented, clockUses };
}

function exportedName(node: Node): string {
  const declaration = node["declaration"];
  if (!isNode(declaration)) return "export { … }";
  const declarations = declaration["declarations"];
  return nameIn(Array.isArray(declarations) ? declarations[0] : declaration);
}
