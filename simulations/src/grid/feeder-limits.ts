import { CommonwattError } from "@commonwatt/vpp-core";
import type { Feeder } from "./feeder.ts";

/** Limits of a feeder in place of those that its data holds. */
export interface FeederLimits {
  /** What the transformer may pass, in VA. */
  readonly transformerVA?: number;
  /** What each phase of a line may carry in A, by the line's name. */
  readonly lineA?: Readonly<Record<string, number>>;
}

/**
 * A feeder with these limits.
 * @throws CommonwattError `GRID_NO_SUCH_LINE` for a line that it does not have.
 */
export function withLimits(feeder: Feeder, { transformerVA, lineA = {} }: FeederLimits): Feeder {
  const names = new Set(feeder.branches.map(({ name }) => name));
  for (const name of Object.keys(lineA)) {
    if (names.has(name)) continue;
    throw new CommonwattError(
      "GRID_NO_SUCH_LINE",
      `the feeder has no line ${name}, for which there is a limit`,
      {
        details: { line: name },
      },
    );
  }
  return {
    ...feeder,
    transformerVA: transformerVA ?? feeder.transformerVA,
    branches: feeder.branches.map((branch) => {
      const ratingA = Object.hasOwn(lineA, branch.name) ? lineA[branch.name] : branch.ratingA;
      return ratingA === undefined ? branch : { ...branch, ratingA };
    }),
  };
}
