import { type TSchema, Type } from "typebox";
import { COLUMN_UNITS } from "../data/column-map.ts";
import {
  DEFAULT_RULES,
  DOUBT_RULES,
  DUPLICATE_RULES,
  FILL_RULES,
  SKIPPED_HOUR_RULES,
  STEP_BACK_RULES,
} from "../data/data-rules.ts";
import { DATA_FORMATS } from "../data/data-source.ts";
import { TIME_FORMATS } from "../data/parse-time.ts";
import { QUANTITIES } from "../data/raw-series.ts";
import { fields, number, oneOf, optional, text } from "./schema-parts.ts";

const RulesSchema: TSchema = fields("Which rule handles what is wrong in the data.", {
  missing: optional(
    oneOf(FILL_RULES, { description: "How gaps are filled.", default: DEFAULT_RULES.missing }),
  ),
  duplicated: optional(
    oneOf(DUPLICATE_RULES, {
      description: "Which of two values for one time counts.",
      default: DEFAULT_RULES.duplicated,
    }),
  ),
  negative: optional(
    oneOf(
      DOUBT_RULES.filter((rule) => rule !== "keep"),
      { description: "What becomes of energy below zero.", default: DEFAULT_RULES.negative },
    ),
  ),
  outOfRange: optional(
    oneOf(DOUBT_RULES, {
      description: "What becomes of a value above `powerMaxW`.",
      default: DEFAULT_RULES.outOfRange,
    }),
  ),
  stepBack: optional(
    oneOf(STEP_BACK_RULES, {
      description: "A register that steps back stood still (`hold`) or began at zero again (`restart`).",
      default: DEFAULT_RULES.stepBack,
    }),
  ),
  skippedHour: optional(
    oneOf(SKIPPED_HOUR_RULES, {
      description: "What becomes of values in the hour that local clocks leave out in spring.",
      default: DEFAULT_RULES.skippedHour,
    }),
  ),
  powerMaxW: optional(
    number({
      description: "Mean power of a step above which a value is out of range.",
      minimum: 0,
      default: DEFAULT_RULES.powerMaxW,
    }),
  ),
});

const ColumnsSchema: TSchema = fields("Of `csv` and `parquet`: what their columns are.", {
  time: Type.Union(
    [
      fields("A column of times.", {
        column: text("Its name."),
        format: optional(
          oneOf(TIME_FORMATS, { description: "How a time is written there.", default: "iso" }),
        ),
        at: optional(
          oneOf(["start", "end"], {
            description: "Whether a time is the start or the end of its interval.",
            default: "start",
          }),
        ),
      }),
      fields("Rows that follow each other.", {
        start: text("When the first row begins, as 2026-01-01T00:00:00Z."),
        stepMinutes: number({ description: "Length of a row.", exclusiveMinimum: 0 }),
      }),
    ],
    { description: "A column of times, or a start and a step." },
  ),
  unit: optional(oneOf(COLUMN_UNITS, { description: "Of columns that name no other.", default: "kWh" })),
  kind: optional(
    oneOf(["interval", "register"], {
      description: "Energy of each interval, or what a counter shows.",
      default: "interval",
    }),
  ),
  siteColumn: optional(text("The column that names the home, when homes stand below each other.")),
  values: Type.Array(
    fields("A column of energy.", {
      column: text("Its name."),
      quantity: oneOf(QUANTITIES, { description: "What it counts." }),
      site: optional(text("Whose it is; left out: the file's name.")),
      unit: optional(oneOf(COLUMN_UNITS, { description: "Its unit, when it is another." })),
      kind: optional(oneOf(["interval", "register"], { description: "Its kind, when it is another." })),
    }),
    { description: "The columns of energy.", minItems: 1 },
  ),
  delimiter: optional(
    oneOf([",", ";", "\t"], { description: "Between the cells of a CSV file.", default: "," }),
  ),
  decimal: optional(oneOf([".", ","], { description: "In the numbers of a CSV file.", default: "." })),
});

/** What one source of measured data must look like. */
export const dataSchema: TSchema = fields("A source of measured data.", {
  path: text("File or folder, from where the scenario is."),
  format: optional(
    oneOf(DATA_FORMATS, {
      description: "Left out: known by the files; `csv` and `parquet` have to be named.",
    }),
  ),
  timeZone: optional(text("Of times without an offset.")),
  start: optional(text("When data that has no date begins.")),
  sites: optional(
    Type.Array(text("A home."), { description: "Only these homes of it; left out: all.", minItems: 1 }),
  ),
  columns: optional(ColumnsSchema),
  statistics: optional(
    Type.Record(Type.String(), oneOf(QUANTITIES, { description: "What it counts." }), {
      description: "Of statistics of Home Assistant: what each statistic counts.",
    }),
  ),
  rules: optional(RulesSchema),
});
