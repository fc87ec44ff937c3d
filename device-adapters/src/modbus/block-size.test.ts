import { expect, test } from "vitest";
import { BlockSize } from "./block-size.ts";
import { fromLibraryError } from "./modbus-errors.ts";

const request = { peer: "127.0.0.1:502", unit: 1, what: "read 40000+125" };
const exception = (modbusCode: number): unknown => fromLibraryError({ modbusCode }, request);

test("halves while a device refuses the count, and gives up at a few registers", () => {
  const size = new BlockSize();
  const sizes = [size.registersMax];
  while (size.shrinkAfter(exception(3))) sizes.push(size.registersMax);
  expect(sizes).toEqual([125, 62, 31, 15, 8]);
});

test("anything else that goes wrong changes nothing", () => {
  const size = new BlockSize();
  for (const error of [exception(2), exception(6), new Error("silent")]) {
    expect(size.shrinkAfter(error)).toBe(false);
  }
  expect(size.registersMax).toBe(125);
});
