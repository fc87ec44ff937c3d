import { epochMs, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { LimitImages } from "./battery-limits.ts";
import type { ModelImage } from "./model-image.ts";
import { encodeModel, type WireValues } from "./model-values.ts";
import { nameplateModel } from "./models/nameplate-model.ts";
import { storageModel } from "./models/storage-model.ts";
import { differenceFrom, planStorageCommand, planStorageRelease } from "./storage-command.ts";

const IMPLEMENTED = {
  ChaGriSet: 0,
  InOutWRte_RvrtTms: 3_600,
  OutWRte: 10_000,
  InWRte: 10_000,
  StorCtl_Mod: 0,
};

function storageImage(points: WireValues): ModelImage {
  const all = { WChaMax: 5_000, WChaMax_SF: 0, InOutWRte_SF: -2, ...IMPLEMENTED, ...points };
  return {
    definition: storageModel,
    bytes: encodeModel(storageModel, 124, { points: all }),
    sourceTimeMs: epochMs(0),
  };
}

function nameplateImage(points: WireValues = { MaxDisChaRte: 5_000, MaxDisChaRte_SF: 0 }): ModelImage {
  return {
    definition: nameplateModel,
    bytes: encodeModel(nameplateModel, 120, { points }),
    sourceTimeMs: epochMs(0),
  };
}

/** The models that a command is planned from. */
function imagesOf(storage: ModelImage, nameplate: ModelImage | null): LimitImages {
  return new Map([["storage", storage], ...(nameplate === null ? [] : [["nameplate", nameplate] as const])]);
}

/** What a command writes, as signed rates. */
function plan(powerW: number, points: WireValues = {}, nameplate: ModelImage | null = nameplateImage()) {
  const storage = storageImage(points);
  const command = planStorageCommand(watts(powerW), 60, storage, imagesOf(storage, nameplate));
  if ("refusal" in command) return command;
  const rates = command.writes.find(({ point }) => point === "OutWRte")?.values ?? [];
  const [out, into] = rates.map((raw) => (raw > 0x7fff ? raw - 0x1_0000 : raw));
  return { out, into, applied: command.appliedPowerW };
}

test.for([
  // power, OutWRte, InWRte, applied
  [2_000, 4_000, -4_000, 2_000],
  [-2_000, -4_000, 4_000, -2_000],
  [0, 0, 0, 0],
  [3_333, 6_666, -6_666, 3_333],
  [5_000, 10_000, -10_000, 5_000],
  [-5_000, -10_000, 10_000, -5_000],
  [9_000, 10_000, -10_000, 5_000],
  [-9_000, -10_000, 10_000, -5_000],
] as const)("%i W is the exact window %i … %i, applied %i W", ([power, out, into, applied]) => {
  expect(plan(power)).toEqual({ out, into, applied });
});

test("each end is a percentage of its own base", () => {
  // 2400 W is 40 % of what it can give and 60 % of what it can take.
  const nameplate = nameplateImage({ MaxDisChaRte: 6_000, MaxDisChaRte_SF: 0 });
  expect(plan(2_400, { WChaMax: 4_000 }, nameplate)).toEqual({ out: 4_000, into: -6_000, applied: 2_400 });
  expect(plan(-2_400, { WChaMax: 4_000 }, nameplate)).toEqual({ out: -4_000, into: 6_000, applied: -2_400 });
  expect(plan(6_000, { WChaMax: 4_000 }, nameplate)).toMatchObject({ into: -10_000, applied: 4_000 });
});

test("scale factors come from the device, on limits and on rates", () => {
  const nameplate = nameplateImage({ MaxDisChaRte: 500, MaxDisChaRte_SF: 1 });
  expect(plan(2_000, { WChaMax: 50, WChaMax_SF: 2 }, nameplate)).toEqual({
    out: 4_000,
    into: -4_000,
    applied: 2_000,
  });
  expect(plan(2_020, { InOutWRte_SF: 0 })).toEqual({ out: 40, into: -40, applied: 2_000 });
  expect(plan(2_020, { InOutWRte_SF: -1 })).toEqual({ out: 404, into: -404, applied: 2_020 });
});

test("the window never turns inside out, whatever the bases", () => {
  const nameplate = nameplateImage({ MaxDisChaRte: 4_600, MaxDisChaRte_SF: 0 });
  for (let power = -4_600; power <= 4_600; power += 7) {
    const { out = 0, into = 0 } = plan(power, { WChaMax: 5_130 }, nameplate) as {
      out?: number;
      into?: number;
    };
    expect((out / 10_000) * 4_600).toBeGreaterThanOrEqual((-into / 10_000) * 5_130 - 1e-6);
  }
});

test("without a nameplate the charge limit is the base of both ends", () => {
  expect(plan(1_000, {}, null)).toEqual({ out: 2_000, into: -2_000, applied: 1_000 });
  expect(plan(1_000, {}, nameplateImage({}))).toEqual({ out: 2_000, into: -2_000, applied: 1_000 });
});

test("the timer goes first, then the window, the mode last; the grid is asked for when it charges", () => {
  const points = (power: number): string[] => {
    const command = planStorageCommand(
      watts(power),
      59.2,
      storageImage({}),
      imagesOf(storageImage({}), nameplateImage()),
    );
    return "refusal" in command ? [] : command.writes.map(({ point, values }) => `${point} ${values}`);
  };
  expect(points(1_000)).toEqual(["InOutWRte_RvrtTms 60", "OutWRte 2000,63536", "StorCtl_Mod 3"]);
  expect(points(-1_000)).toEqual([
    "InOutWRte_RvrtTms 60",
    "OutWRte 63536,2000",
    "ChaGriSet 1",
    "StorCtl_Mod 3",
  ]);
});

test.for([
  [0.001, 1],
  [1, 1],
  [1.2, 2],
  [900, 900],
  [100_000, 65_534],
] as const)("a lease of %d s arms the timer with %i s", ([seconds, timer]) => {
  const command = planStorageCommand(watts(0), seconds, storageImage({}), imagesOf(storageImage({}), null));
  expect(command).toMatchObject({ writes: [{ point: "InOutWRte_RvrtTms", values: [timer] }, {}, {}] });
});

test.for([
  ["WChaMax", 0xffff, "charge power limit"],
  ["WChaMax", 0, "charge power limit"],
  ["WChaMax_SF", -32_768, "charge power limit"],
  ["InOutWRte_SF", -32_768, "scale factor"],
  ["InOutWRte_SF", 1, "scale factor"],
  ["InOutWRte_SF", -3, "scale factor"],
  ["InOutWRte_RvrtTms", 0xffff, "reversion timer"],
] as const)("refuses to command with %s = %i", ([point, value, reason]) => {
  expect(plan(1_000, { [point]: value })).toEqual({ refusal: expect.stringContaining(reason) });
});

test("a release ends control, opens the rates and gives back the grid setting", () => {
  expect(planStorageRelease(storageImage({}), 0)).toEqual([
    { point: "StorCtl_Mod", values: [0] },
    { point: "OutWRte", values: [10_000, 10_000] },
    { point: "ChaGriSet", values: [0] },
  ]);
  expect(planStorageRelease(storageImage({ InOutWRte_SF: 0 }), null)).toEqual([
    { point: "StorCtl_Mod", values: [0] },
    { point: "OutWRte", values: [100, 100] },
  ]);
});

test("reading back finds a register that did not take its value, and lets a timer count down", () => {
  const writes = [
    { point: "InOutWRte_RvrtTms", values: [60] },
    { point: "OutWRte", values: [2_000, 63_536] },
  ];
  const taken = { InOutWRte_RvrtTms: 59, OutWRte: 2_000, InWRte: -2_000 };
  expect(differenceFrom(storageImage(taken), writes)).toBeNull();
  expect(differenceFrom(storageImage({ ...taken, InWRte: 10_000 }), writes)).toContain("OutWRte+1");
  expect(differenceFrom(storageImage({ ...taken, InOutWRte_RvrtTms: 3_600 }), writes)).toContain("RvrtTms");
  expect(differenceFrom(storageImage({ ...taken, InOutWRte_RvrtTms: 0 }), writes)).toContain("RvrtTms");
});
