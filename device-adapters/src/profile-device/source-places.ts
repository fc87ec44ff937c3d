import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Expression, type Node, Parser, type Program, type Property, type SpreadElement } from "acorn";

/** Where something is written, counted from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
  /**
   * The path of the field that is written there. Shorter than the path asked for where that is not written in
   * this file: the place is then the nearest field around it. `null` where not even the profile is.
   */
  readonly path: string | null;
}

/** The source text of a file with profiles, to be asked where a field is written. */
export interface SourcePlaces {
  /** Where the field at `path` of an export is written; the export of a JSON file is `default`. */
  placeOf(exportName: string, path: string): SourcePlace;
}

interface Found {
  readonly at: Node;
  readonly value: Node;
}

/** What stands at the top of a module. */
interface TopLevel {
  readonly constants: Map<string, Node>;
  readonly exports: Map<string, Found>;
}

const TypeScriptParser = Parser.extend(tsPlugin());
const OPTIONS = { ecmaVersion: "latest", sourceType: "module", locations: true } as const;

/**
 * Parses the text of a file, without running it. What a field holds is followed through constants of the same
 * file, spread or named; what comes from other files or from calls is not.
 * @throws SyntaxError with the place in its message.
 */
export function sourcePlaces(text: string, language: "json" | "module"): SourcePlaces {
  const { constants, exports } = language === "json" ? jsonTop(text) : moduleTop(text);
  return {
    placeOf(exportName, path) {
      const root = exports.get(exportName);
      if (root === undefined) return { line: 1, column: 1, path: null };
      const segments = path.split("/").filter((segment) => segment !== "");
      let found: Found = root;
      let depth = 0;
      for (const segment of segments) {
        const next = fieldOf(found.value, segment, constants);
        if (next === null) break;
        found = next;
        depth += 1;
      }
      const { line = 1, column = 0 } = found.at.loc?.start ?? {};
      return { line, column: column + 1, path: `/${segments.slice(0, depth).join("/")}` };
    },
  };
}

function jsonTop(text: string): TopLevel {
  const value = Parser.parseExpressionAt(text, 0, OPTIONS);
  return { constants: new Map(), exports: new Map([["default", { at: value, value }]]) };
}

function moduleTop(text: string): TopLevel {
  const { body }: Program = TypeScriptParser.parse(text, OPTIONS);
  const top: TopLevel = { constants: new Map(), exports: new Map() };
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type !== "Identifier" || init == null) continue;
      top.constants.set(id.name, init);
      if (declaration !== statement) top.exports.set(id.name, { at: id, value: init });
    }
  }
  for (const statement of body) {
    if (statement.type === "ExportDefaultDeclaration") {
      top.exports.set("default", { at: statement.declaration, value: statement.declaration });
    } else if (statement.type === "ExportNamedDeclaration" && statement.source == null) {
      for (const { local, exported } of statement.specifiers) {
        const value = top.constants.get(nameOf(local) ?? "");
        const name = nameOf(exported);
        if (value !== undefined && name !== null) top.exports.set(name, { at: value, value });
      }
    }
  }
  return top;
}

/** The field or item of a literal; `null` where it is not written there, or where that cannot be told. */
function fieldOf(holder: Node, name: string, constants: ReadonlyMap<string, Node>): Found | null {
  const literal = literalOf(holder, constants);
  if (literal?.type === "ArrayExpression") {
    const items = literal.elements.slice(0, Number(name) + 1);
    const item = items[Number(name)];
    return item == null || items.some((each) => each?.type === "SpreadElement")
      ? null
      : { at: item, value: item };
  }
  return literal?.type === "ObjectExpression" ? propertyOf(literal.properties, name, constants) : null;
}

/** From the end, as the last one counts. */
function propertyOf(
  properties: readonly (Property | SpreadElement)[],
  name: string,
  constants: ReadonlyMap<string, Node>,
): Found | null {
  for (const property of properties.toReversed()) {
    if (property.type === "SpreadElement") {
      const found = fieldOf(property.argument, name, constants);
      // One that cannot be looked into may hold the field.
      if (found !== null || literalOf(property.argument, constants) === null) return found;
    } else if (property.computed) return null;
    else if (nameOf(property.key) === name) return { at: property.key, value: property.value };
  }
  return null;
}

/** The literal that an expression stands for, without its types; `null` for what only runs. */
function literalOf(node: Node, constants: ReadonlyMap<string, Node>): Expression | null {
  const seen = new Set<Node>();
  let inner = node as Expression;
  while (!seen.has(inner)) {
    seen.add(inner);
    if (inner.type.startsWith("TS") && "expression" in inner) inner = inner.expression as Expression;
    else if (inner.type === "Identifier") inner = (constants.get(inner.name) ?? inner) as Expression;
    else return inner.type === "ArrayExpression" || inner.type === "ObjectExpression" ? inner : null;
  }
  return null;
}

function nameOf(node: Node): string | null {
  const key = node as Expression;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : null;
}
