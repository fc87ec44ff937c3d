import { expect, test } from "vitest";
import { pointOf } from "./model-definition.ts";
import { modelById } from "./models/models.ts";

test.for([
  [1, 66],
  [101, 50],
  [102, 50],
  [103, 50],
  [111, 60],
  [112, 60],
  [113, 60],
  [120, 26],
  [121, 30],
  [123, 24],
  [124, 24],
  [122, 44],
  [201, 105],
  [202, 105],
  [203, 105],
  [204, 105],
  [211, 124],
  [212, 124],
  [213, 124],
  [214, 124],
  [701, 153],
  [702, 50],
  [703, 17],
  [704, 65],
  [713, 7],
  [715, 7],
  [802, 62],
] as const)("model %i is %i registers long behind its L", ([id, length]) => {
  const model = modelById(id);
  expect(model?.registers).toBe(length + 2);
  expect(model?.group).toBeNull();
});

test("model 160 has 8 fixed registers and 20 for each module", () => {
  expect(modelById(160)).toMatchObject({ registers: 10, group: { registers: 20 } });
});

test("models 714 and 803 have a group for each port and string", () => {
  expect(modelById(714)).toMatchObject({ registers: 20, group: { registers: 25, count: "NPrt" } });
  expect(modelById(803)).toMatchObject({ registers: 28, group: { registers: 32, count: "NStr" } });
});

test("a model we have no table for is null", () => {
  expect(modelById(64_001)).toBeNull();
});

test.for([
  [1, "SN", 50],
  [103, "W", 14],
  [103, "WH", 24],
  [103, "Evt1", 40],
  [113, "W", 22],
  [113, "WH", 32],
  [120, "WHRtg", 19],
  [120, "MaxDisChaRte", 25],
  [121, "WMax_SF", 22],
  [123, "WMaxLimPct", 5],
  [124, "StorCtl_Mod", 5],
  [124, "ChaState", 8],
  [124, "OutWRte", 12],
  [124, "InOutWRte_RvrtTms", 15],
  [124, "InOutWRte_SF", 25],
  [203, "W", 18],
  [203, "TotWhExp", 38],
  [203, "TotWhImp", 46],
  [203, "TotWh_SF", 54],
  [203, "Evt", 105],
  [122, "WAval", 31],
  [213, "W", 28],
  [213, "TotWhExp", 60],
  [213, "TotWhImp", 68],
  [213, "Evt", 124],
  [701, "W", 10],
  [701, "TotWhInj", 19],
  [701, "W_SF", 116],
  [702, "WMax", 26],
  [702, "WDisChaRteMax", 35],
  [703, "ESHzHi", 5],
  [704, "WMaxLimPct", 15],
  [704, "WSet", 24],
  [704, "WSetRvrtRem", 33],
  [704, "PFWAbsRvrt_Ext", 66],
  [713, "SoC", 4],
  [714, "NPrt", 4],
  [715, "ControllerHb", 5],
  [802, "AChaMax", 45],
  [802, "AMax_SF", 62],
  [803, "V_SF", 27],
] as const)("in model %i, %s stands %i registers behind the ID", ([id, name, offset]) => {
  const model = modelById(id);
  expect(model === null ? null : pointOf(model, name, false).offset).toBe(offset);
});

test("every scale factor that a point names is a point of its model", () => {
  for (const id of [
    1, 101, 111, 120, 121, 122, 123, 124, 160, 201, 211, 701, 702, 703, 704, 713, 714, 715, 802, 803,
  ]) {
    const model = modelById(id);
    for (const point of [...(model?.points ?? []), ...(model?.group?.points ?? [])]) {
      if (point.scale === undefined) continue;
      expect(model?.points.find(({ name }) => name === point.scale)?.type).toBe("sunssf");
    }
  }
});
