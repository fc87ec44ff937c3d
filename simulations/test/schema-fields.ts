import { allowedBy, type JsonSchema } from "../src/scenario/check-value.ts";

const DISTRIBUTION = ["uniform", "normal", "choice"];

/** Whether a variant is one of the distributions that a number may be drawn from. */
function isDistribution({ properties = {} }: JsonSchema): boolean {
  return DISTRIBUTION.some((name) => properties[name] !== undefined);
}

function isDrawn({ anyOf = [] }: JsonSchema): boolean {
  return anyOf.some(isDistribution);
}

function allowed(schema: JsonSchema): string {
  if (isDrawn(schema)) return `${allowedBy(schema.anyOf?.[0] ?? {})}, or drawn`;
  if (schema.anyOf !== undefined)
    return schema.anyOf
      .map((variant) => (variant.type === "object" ? "fields" : allowed(variant)))
      .join(", or ");
  if (schema.type === "object") return schema.patternProperties === undefined ? "fields" : "names and fields";
  if (schema.type === "array")
    return `a list of ${schema.items?.type === "object" ? "fields" : allowed(schema.items ?? {})}`;
  return allowedBy(schema);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Fields that are said to be as others, and not listed again. */
const AS_OTHERS = ["tariff.feedInPricePerKwh"];

function rowsOf(schema: JsonSchema, path: string): readonly string[] {
  if (AS_OTHERS.includes(path)) return [];
  const inner = schema.anyOf === undefined || isDrawn(schema) ? [schema] : schema.anyOf;
  return inner.flatMap((variant): readonly string[] => {
    if (variant.type === "array") return rowsOf(variant.items ?? {}, `${path}[]`);
    const named = Object.values(variant.patternProperties ?? {}).flatMap((own) =>
      rowsOf(own, `${path}.<name>`),
    );
    const fields = Object.entries(variant.properties ?? {}).flatMap(([name, field]) => {
      const at = path === "" ? name : `${path}.${name}`;
      const usual = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
      const must = variant.required?.includes(name) ? "**required**" : usual;
      return [
        `| \`${at}\` | ${cell(field.description ?? "")} | ${cell(allowed(field))} | ${must} |`,
        ...rowsOf(field, at),
      ];
    });
    return [...named, ...fields];
  });
}

/** Every field that a schema has, as a table in Markdown. */
export function fieldTable(schema: JsonSchema): string {
  const head = "| field | what | allowed | default |\n|---|---|---|---|";
  return [head, ...new Set(rowsOf(schema, ""))].join("\n");
}
