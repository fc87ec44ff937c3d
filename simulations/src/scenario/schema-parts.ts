import { type TSchema, Type } from "typebox";

/** An object that has these fields and no others; those that {@link optional} did not make are required. */
export function fields(description: string, properties: Readonly<Record<string, TSchema>>): TSchema {
  return Type.Object({ ...properties }, { additionalProperties: false, description });
}

/** A field that may be left out. */
export function optional(schema: TSchema): TSchema {
  return Type.Optional(schema);
}

/** One of some names. */
export function oneOf(
  values: readonly string[],
  options: { readonly description: string; readonly default?: string },
): TSchema {
  return Type.Enum([...values], { ...options });
}

/** Bounds of a number, and what it is. */
export interface NumberField {
  readonly description: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** A number. */
export function number(field: NumberField): TSchema {
  return Type.Number({ ...field });
}

/** A text with at least one letter. */
export function text(description: string, usual?: string): TSchema {
  return Type.String({ description, minLength: 1, ...(usual === undefined ? {} : { default: usual }) });
}

/**
 * A number, or a distribution from which each home draws its own: `uniform`, `normal` or `choice`. What is
 * drawn is cut to the bounds of the field.
 */
export function drawn({ description, default: usual, ...bounds }: NumberField): TSchema {
  const bare = (what: string): TSchema => Type.Number({ description: what, ...bounds });
  return Type.Union(
    [
      bare("The same for every home."),
      fields("Every number between two is as likely as another.", {
        uniform: fields("The two numbers.", { min: bare("The least."), max: bare("The most.") }),
      }),
      fields("Normally distributed.", {
        normal: fields("How.", {
          mean: bare("The mean."),
          deviation: Type.Number({ description: "The standard deviation.", minimum: 0 }),
          min: optional(bare("What is below becomes this.")),
          max: optional(bare("What is above becomes this.")),
        }),
      }),
      fields("One of several numbers, each as likely as another.", {
        choice: Type.Array(bare("One of them."), { description: "The numbers.", minItems: 1 }),
      }),
    ],
    { description, ...(usual === undefined ? {} : { default: usual }) },
  );
}

/** The share of an entry's homes that have a thing. */
export function share(what: string): TSchema {
  return optional(
    number({ description: `Share of the homes that have ${what}.`, minimum: 0, maximum: 1, default: 1 }),
  );
}
