import { expect, test } from "vitest";
import { pointOf } from "./model-definition.ts";
import { commonModel } from "./models/common-model.ts";
import { meterModel } from "./models/meter-model.ts";
import { mpptModel } from "./models/mppt-model.ts";
import { planReads } from "./read-plan.ts";

test("a model that fits is one read", () => {
  expect(planReads(meterModel, 105, 125)).toEqual([{ offset: 0, count: 107 }]);
});

test("reads no further than L, nor than the points we know, nor half a point", () => {
  expect(planReads(commonModel, 65, 125)).toEqual([{ offset: 0, count: 67 }]);
  expect(planReads(commonModel, 300, 125)).toEqual([{ offset: 0, count: 68 }]);
  expect(planReads(commonModel, 63, 125)).toEqual([{ offset: 0, count: 50 }]);
  expect(planReads(commonModel, 0, 125)).toEqual([{ offset: 0, count: 2 }]);
});

test("cuts a long model between points only", () => {
  // Eight modules: 10 + 8 · 20 = 170 registers. 125 falls into Tms of the sixth module, which begins at 124.
  expect(planReads(mpptModel, 168, 125)).toEqual([
    { offset: 0, count: 124 },
    { offset: 124, count: 46 },
  ]);
});

test("every point of a long model lies whole within one of the reads, whatever their size", () => {
  for (let registersMax = 16; registersMax <= 125; registersMax++) {
    const blocks = planReads(meterModel, 105, registersMax);
    expect(blocks.every(({ count }) => count >= 1 && count <= registersMax)).toBe(true);
    for (const { name } of meterModel.points) {
      const { offset, registers } = pointOf(meterModel, name, false);
      const holds = blocks.some(
        (block) => block.offset <= offset && offset + registers <= block.offset + block.count,
      );
      expect(holds, `${name} at ${registersMax}`).toBe(true);
    }
  }
});
