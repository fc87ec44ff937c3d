import { nearestName } from "./nearest-name.ts";

/** A place in a document: names of fields and places in lists. */
export type DocumentPath = readonly (string | number)[];

/** A place as it is written: `sites[2].pv.peakW`. */
export function writtenPath(path: DocumentPath): string {
  return path.reduce<string>(
    (text, name) => (typeof name === "number" ? `${text}[${name}]` : text === "" ? name : `${text}.${name}`),
    "",
  );
}

/** What is wrong at a place. */
export interface Fault {
  readonly path: DocumentPath;
  /** What was found and what is allowed. */
  readonly what: string;
  /** Whether it is about the field's name, not its value. */
  readonly isKey?: boolean;
}

/** A JSON schema, as far as the schema of scenarios goes. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  /** Texts that fit the pattern. */
  readonly examples?: readonly string[];
}

const LISTED_MAX = 60;

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isObject(value)
    ? `an object with ${Object.keys(value).join(", ") || "no field"}`
    : JSON.stringify(value);
}

/** What a schema allows, in words. */
export function allowedBy(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(allowedBy).join(", or ");
  if (schema.enum !== undefined)
    return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  if (schema.type === "array")
    return `a list of ${schema.items === undefined ? "values" : allowedBy(schema.items)}`;
  if (schema.type === "object") {
    const names = Object.keys(schema.properties ?? {});
    const needed = schema.required ?? [];
    if (names.length === 0) return "an object";
    return `an object with ${(needed.length > 0 ? needed : names).slice(0, LISTED_MAX).join(", ")}`;
  }
  if (schema.type === "string")
    return schema.pattern === undefined ? "a text" : `a text as ${schema.examples?.[0] ?? schema.pattern}`;
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "null") return "nothing";
  const whole = schema.type === "integer" ? "a whole number" : "a number";
  const { minimum, exclusiveMinimum, maximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return `${whole} from ${minimum} to ${maximum}`;
  const least = minimum === undefined ? "" : ` of at least ${minimum}`;
  const above = exclusiveMinimum === undefined ? "" : ` above ${exclusiveMinimum}`;
  return `${whole}${least}${above}${maximum === undefined ? "" : `, at most ${maximum}`}`;
}

/** Whether a value is of the kind that a schema is about, whatever else may be wrong with it. */
function isOfKind(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((variant) => isOfKind(variant, value));
  if (schema.enum !== undefined) return typeof value === typeof schema.enum[0];
  if (schema.type === "object") return isObject(value);
  if (schema.type === "array") return Array.isArray(value);
  if (schema.type === "null") return value === null;
  if (schema.type === "string" || schema.type === "boolean") return typeof value === schema.type;
  return typeof value === "number";
}

/** The variants that a value seems to mean: of its kind, and of objects those that share most fields with it. */
function meant(variants: readonly JsonSchema[], value: unknown): readonly JsonSchema[] {
  const ofKind = variants.filter((variant) => isOfKind(variant, value));
  if (!isObject(value) || ofKind.length < 2) return ofKind;
  const sharedWith = (variant: JsonSchema): number =>
    Object.keys(value).filter((name) => variant.properties?.[name] !== undefined).length;
  const most = Math.max(...ofKind.map(sharedWith));
  const best = ofKind.filter((variant) => sharedWith(variant) === most);
  if (most > 0 || Object.keys(value).length === 0) return best.slice(0, 1);
  return best;
}

function checkNumber(schema: JsonSchema, value: number): boolean {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, exclusiveMinimum } = schema;
  if (!Number.isFinite(value) || (schema.type === "integer" && !Number.isSafeInteger(value))) return false;
  return value >= minimum && value <= maximum && (exclusiveMinimum === undefined || value > exclusiveMinimum);
}

function checkObject(schema: JsonSchema, value: JsonObject, path: DocumentPath): readonly Fault[] {
  const properties = schema.properties ?? {};
  const [any] = Object.values(schema.patternProperties ?? {});
  const names = Object.keys(properties);
  const lost = (schema.required ?? [])
    .filter((name) => value[name] === undefined)
    .map((name) => ({ path, what: `there is no ${name}; it must be ${allowedBy(properties[name] ?? {})}` }));
  const inside = Object.entries(value).flatMap(([name, field]): readonly Fault[] => {
    const own = properties[name] ?? any;
    if (own !== undefined) return checkValue(own, field, [...path, name]);
    const near = nearestName(name, names);
    const hint = near === null ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
    return [{ path: [...path, name], what: `there is no field "${name}"; ${hint}`, isKey: true }];
  });
  return [...lost, ...inside];
}

/** Everything in which a value is not what a schema says, in order of the fields of the value. */
export function checkValue(schema: JsonSchema, value: unknown, path: DocumentPath = []): readonly Fault[] {
  const wrong = (): readonly Fault[] => [
    { path, what: `found ${shown(value)}, allowed is ${allowedBy(schema)}` },
  ];
  if (schema.anyOf !== undefined) {
    const [variant, ...others] = meant(schema.anyOf, value);
    return variant === undefined || others.length > 0 ? wrong() : checkValue(variant, value, path);
  }
  if (!isOfKind(schema, value)) return wrong();
  if (schema.enum !== undefined) {
    if (schema.enum.some((allowed) => allowed === value)) return [];
    const near = typeof value === "string" ? nearestName(value, schema.enum.map(String)) : null;
    return near === null
      ? wrong()
      : wrong().map((fault) => ({ ...fault, what: `${fault.what}; did you mean "${near}"?` }));
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0))
      return [{ path, what: "found an empty list, allowed is one with an entry" }];
    const items = schema.items ?? {};
    return value.flatMap((item, index) => checkValue(items, item, [...path, index]));
  }
  if (isObject(value)) return checkObject(schema, value, path);
  if (typeof value === "number") return checkNumber(schema, value) ? [] : wrong();
  const isText = typeof value !== "string" || value.length >= (schema.minLength ?? 0);
  const fits = schema.pattern === undefined || new RegExp(schema.pattern).test(String(value));
  return isText && fits ? [] : wrong();
}
