import { epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { rejection } from "../../test/test-context.ts";
import { BlockSize } from "../modbus/block-size.ts";
import { fromLibraryError } from "../modbus/modbus-errors.ts";
import { type ModelImage, numberAt } from "./model-image.ts";
import { readModel } from "./model-reader.ts";
import { encodeModel } from "./model-values.ts";
import { mpptModel } from "./models/mppt-model.ts";

const ADDRESS = 40_100;
const clock = simulatedClock(epochMs(5));

/** Model 160 with eight inputs of 100, 200, … W: longer than one read may be. */
function eightInputs(scale: number): Buffer {
  const groups = Array.from({ length: 8 }, (_, index) => ({ ID: index + 1, DCW: 100 * (index + 1) }));
  return encodeModel(mpptModel, 160, { points: { DCW_SF: scale, N: 8 }, groups });
}

/** Reads the model from a device whose registers at the n-th request are `imageAt(n)`. */
async function read(imageAt: (request: number) => Buffer): Promise<[ModelImage, number]> {
  let requests = 0;
  const place = { id: 160, address: ADDRESS, length: 168, deviceIndex: 0 };
  const reader = async (address: number, count: number): Promise<Buffer> =>
    imageAt(++requests).subarray(2 * (address - ADDRESS), 2 * (address - ADDRESS + count));
  return [await readModel(reader, mpptModel, place, clock), requests];
}

test("a model longer than one read comes together whole", async () => {
  const [image, requests] = await read(() => eightInputs(-1));
  const powers = Array.from({ length: 8 }, (_, index) => numberAt(image, "DCW", index));
  expect(powers.map((power) => power.status === "good" && power.value)).toEqual([
    10, 20, 30, 40, 50, 60, 70, 80,
  ]);
  expect(image.sourceTimeMs).toBe(5);
  // Two for the registers, one to see that the scale factors stayed.
  expect(requests).toBe(3);
});

test("a device that refuses long reads is read in shorter ones, and asked for no more from then on", async () => {
  const image = eightInputs(-1);
  const counts: number[] = [];
  const reader = async (address: number, count: number): Promise<Buffer> => {
    counts.push(count);
    const request = { peer: "127.0.0.1:502", unit: 1, what: `read ${address}+${count}` };
    if (count > 40) throw fromLibraryError({ modbusCode: 3 }, request);
    return image.subarray(2 * (address - ADDRESS), 2 * (address - ADDRESS + count));
  };
  const place = { id: 160, address: ADDRESS, length: 168, deviceIndex: 0 };
  const size = new BlockSize();
  const whole = await readModel(reader, mpptModel, place, clock, size);
  expect(whole.bytes).toEqual(image);
  expect(counts.slice(0, 2).every((count) => count > 40)).toBe(true);
  counts.length = 0;
  expect((await readModel(reader, mpptModel, place, clock, size)).bytes).toEqual(image);
  expect(Math.max(...counts)).toBeLessThanOrEqual(40);
});

test("a scale factor that changes between two parts spoils the whole read", async () => {
  const torn = read((request) => eightInputs(request === 1 ? -1 : 0));
  expect(await rejection(torn)).toMatchObject({ code: "SUNSPEC_TORN_READ", retryable: true });
});

test.for([
  ["another model", 0, 161],
  ["another length", 2, 188],
] as const)("%s at the address means that the models have moved", async ([, byte, value]) => {
  const moved = eightInputs(0);
  moved.writeUInt16BE(value, byte);
  expect(await rejection(read(() => moved))).toMatchObject({
    code: "SUNSPEC_MODEL_MOVED",
    details: { address: ADDRESS, id: 160, length: 168 },
  });
});
