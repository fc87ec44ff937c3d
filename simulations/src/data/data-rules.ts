/** How a gap is filled. Registers know the energy of a gap and spread it evenly, whatever the rule is. */
export const FILL_RULES = ["hold", "linear", "same-time-yesterday", "zero", "reject"] as const;

/** How a gap is filled. */
export type FillRule = (typeof FILL_RULES)[number];

/** Which of two values for one time counts. */
export const DUPLICATE_RULES = ["first", "last", "reject"] as const;

/** What becomes of a value below zero, or of one above what a home can do. */
export const DOUBT_RULES = ["missing", "zero", "keep", "reject"] as const;

/** What a register that steps back means: it stood still, or it began at zero again. */
export const STEP_BACK_RULES = ["hold", "restart", "reject"] as const;

/** What becomes of a value at a time that no clock showed: the hour that is left out in spring. */
export const SKIPPED_HOUR_RULES = ["drop", "reject"] as const;

/** Which rule handles which problem. */
export interface DataRules {
  readonly missing: FillRule;
  readonly duplicated: (typeof DUPLICATE_RULES)[number];
  /** Without `keep`: energy below zero means nothing here. */
  readonly negative: Exclude<(typeof DOUBT_RULES)[number], "keep">;
  readonly outOfRange: (typeof DOUBT_RULES)[number];
  readonly stepBack: (typeof STEP_BACK_RULES)[number];
  readonly skippedHour: (typeof SKIPPED_HOUR_RULES)[number];
  /** Mean power over a step, above which a value is out of range; in W. */
  readonly powerMaxW: number;
}

/** The rules when nobody names others. */
export const DEFAULT_RULES: DataRules = {
  missing: "same-time-yesterday",
  duplicated: "first",
  negative: "missing",
  outOfRange: "missing",
  stepBack: "hold",
  skippedHour: "drop",
  powerMaxW: 100_000,
};
