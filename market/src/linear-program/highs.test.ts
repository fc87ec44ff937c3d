import { describe, expect, it } from "vitest";
import { loadHighs } from "./highs.ts";

const solver = await loadHighs();
/** Sell at 5 or 40, buy at 20 or 30, two places and a line of 8 between them. */
const program = {
  rowCount: 2,
  columns: [
    { worth: 20, max: 10, entries: [[0, -1]] },
    { worth: 30, max: 10, entries: [[1, -1]] },
    { worth: -5, max: 15, entries: [[0, 1]] },
    { worth: -40, max: 5, entries: [[1, 1]] },
    {
      worth: -2,
      max: 8,
      entries: [
        [0, -1],
        [1, 1],
      ],
    },
  ],
} as const;

describe("HiGHS", () => {
  it("finds the optimum and its duals", () => {
    expect(solver.solve(program)).toEqual({ objective: 289, values: [7, 8, 15, 0, 8], rowDuals: [-20, -30] });
  });

  it("solves a program the same whatever it solved before", () => {
    const alone = solver.solve(program);
    solver.solve({ rowCount: 1, columns: [{ worth: 1, max: 3, entries: [[0, 0.5]] }] });
    expect(solver.solve(program)).toEqual(alone);
  });

  it("says when there is no optimum", () => {
    const unbounded = { worth: 1, max: Number.POSITIVE_INFINITY, entries: [] };
    expect(() => solver.solve({ rowCount: 0, columns: [unbounded] })).toThrowError(
      expect.objectContaining({ code: "SOLVER_FAILED" }),
    );
  });
});
