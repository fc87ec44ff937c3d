import { MECHANISMS, mechanismOf } from "@commonwatt/market";
import { CommonwattError } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import type { RunPlan } from "./run-plan.ts";

/** What the runs of a study may differ in. */
export const AXIS_NAMES = ["mechanism", "strategy", "forecast", "days", "seed"] as const;

/** What the runs of a study differ in. */
export interface Axis {
  readonly name: (typeof AXIS_NAMES)[number];
  readonly values: readonly string[];
}

const RANGE = /^(\d{1,9})\.\.(\d{1,9})$/;
/** More runs than anyone has meant. */
const VALUES_MAX = 10_000;

/**
 * Reads `seed=1..20` or `strategy=truthful,none`.
 * @throws CommonwattError `USAGE_BAD_AXIS`, `SIMULATION_MECHANISM_UNKNOWN`.
 */
export function axisIn(text: string): Axis {
  const [given = "", list = "", ...rest] = text.split("=");
  const name = AXIS_NAMES.find((known) => known === given);
  if (name === undefined || list === "" || rest.length > 0) {
    throw bad(text, `it must be <name>=<value>,<value>,… and the name one of ${AXIS_NAMES.join(", ")}`);
  }
  const values = list.split(",").flatMap((value) => inRange(text, value));
  if (new Set(values).size !== values.length) throw bad(text, "a value stands in it twice");
  for (const value of values) ALLOWED[name](text, value);
  return { name, values };
}

/**
 * The mechanisms of `--compare`: a list, or `all` that need no network.
 * @throws CommonwattError as {@link axisIn}.
 */
export function mechanismsIn(list: string): Axis {
  const all = Object.keys(MECHANISMS).filter((name) => mechanismOf({ name }).promises.needs !== "network");
  return list === "all" ? { name: "mechanism", values: all } : axisIn(`mechanism=${list}`);
}

/** Every combination of the values of all axes, the last axis turning fastest. */
export function plansOf(base: RunPlan, axes: readonly Axis[]): readonly RunPlan[] {
  return axes.reduce<readonly RunPlan[]>(
    (plans, { name, values }) =>
      plans.flatMap((plan) =>
        values.map((value) => ({ ...plan, [name]: name === "days" ? Number(value) : value })),
      ),
    [base],
  );
}

function inRange(text: string, value: string): readonly string[] {
  const [, from, to] = RANGE.exec(value) ?? [];
  if (from === undefined || to === undefined) return [value];
  const count = Number(to) - Number(from) + 1;
  if (count < 1 || count > VALUES_MAX) throw bad(text, `${value} is no range of 1 to ${VALUES_MAX} numbers`);
  return Array.from({ length: count }, (_, i) => String(Number(from) + i));
}

const ALLOWED: Readonly<Record<Axis["name"], (text: string, value: string) => void>> = {
  mechanism: (_, value) => void namedMechanism(value),
  strategy: oneOf(Object.keys(STRATEGIES)),
  forecast: oneOf(Object.keys(FORECASTS)),
  days: (text, value) => {
    if (!/^[1-9]\d{0,4}$/.test(value)) throw bad(text, `days are whole and above 0, not "${value}"`);
  },
  seed: (text, value) => {
    if (value === "") throw bad(text, "a seed has a letter or more");
  },
};

function oneOf(names: readonly string[]): (text: string, value: string) => void {
  return (text, value) => {
    if (!names.includes(value)) throw bad(text, `"${value}" is none of ${names.join(", ")}`);
  };
}

function bad(text: string, why: string): CommonwattError {
  return new CommonwattError("USAGE_BAD_AXIS", `${text}: ${why}`, { details: { axis: text } });
}
