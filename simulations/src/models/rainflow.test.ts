import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Rainflow } from "./rainflow.ts";

/** What a course comes to: how many cycles of each range. */
function cyclesOf(course: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  const rainflow = new Rainflow([course[0] ?? 0], (_, range, count) => {
    counts.set(range, (counts.get(range) ?? 0) + count);
  });
  for (const value of course.slice(1)) rainflow.follow(0, value);
  rainflow.end(0);
  return counts;
}

describe("rainflow", () => {
  // ASTM E1049-85 (2017), figure 6 and its table.
  test("counts the example of the standard", () => {
    const counts = cyclesOf([-2, 1, -3, 5, -1, 3, -4, 4, -2]);
    expect(counts).toEqual(
      new Map([
        [3, 0.5],
        [4, 1.5],
        [6, 0.5],
        [8, 1],
        [9, 0.5],
      ]),
    );
  });

  test("counts all that is moved, however long a course and whatever way it goes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 300 }),
        (course) => {
          const moved = course
            .slice(1)
            .reduce((sum, value, at) => sum + Math.abs(value - (course[at] ?? 0)), 0);
          const counted = [...cyclesOf(course)].reduce((sum, [range, count]) => sum + 2 * range * count, 0);
          expect(counted).toBe(moved);
        },
      ),
      { seed: 4, numRuns: 300 },
    );
    // Ever smaller swings wait longest.
    const narrowing = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 100 - at / 2 : at / 2 - 0.5));
    const moved = narrowing
      .slice(1)
      .reduce((sum, value, at) => sum + Math.abs(value - (narrowing[at] ?? 0)), 0);
    expect([...cyclesOf(narrowing)].reduce((sum, [range, count]) => sum + 2 * range * count, 0)).toBe(moved);
  });
});
