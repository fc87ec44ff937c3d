import { expect, test } from "vitest";
import { applyScale, decodeNumber, decodeText, encodeNumber, encodeText } from "./point-codec.ts";
import type { PointType } from "./point-type.ts";

const point = (type: PointType, registers = 1, mandatory = false) => ({
  name: "P",
  type,
  registers,
  offset: 2,
  mandatory,
});
const decode = (type: PointType, hex: string, mandatory = false) =>
  decodeNumber(point(type, hex.length / 4, mandatory), Buffer.from(hex, "hex"));

test.for([
  ["int16", "8000"],
  ["sunssf", "8000"],
  ["pad", "8000"],
  ["uint16", "ffff"],
  ["count", "ffff"],
  ["enum16", "ffff"],
  ["raw16", "ffff"],
  ["bitfield16", "ffff"],
  ["bitfield16", "8001"],
  ["acc16", "0000"],
  ["int32", "80000000"],
  ["uint32", "ffffffff"],
  ["enum32", "ffffffff"],
  ["bitfield32", "ffffffff"],
  ["bitfield32", "80000001"],
  ["acc32", "00000000"],
  ["int64", "8000000000000000"],
  ["uint64", "ffffffffffffffff"],
  ["acc64", "0000000000000000"],
  ["float32", "7fc00000"],
  ["float32", "7f800001"],
  ["float32", "ff7fffff"],
  ["float32", "7f800000"],
  ["float64", "7ff8000000000000"],
] as const)("%s %s is not a value but a reason", ([type, hex]) => {
  const decoded = decode(type, hex);
  expect(decoded).toMatchObject({ status: "unavailable", reason: expect.stringMatching(/./) });
  expect(decoded).not.toHaveProperty("value");
});

test.for([
  ["int16", "7fff", 32_767],
  ["int16", "ffff", -1],
  ["int16", "d8f0", -10_000],
  ["uint16", "8000", 32_768],
  ["uint16", "0000", 0],
  ["bitfield16", "7fff", 32_767],
  ["acc32", "00010000", 65_536],
  ["acc32", "ffffffff", 4_294_967_295],
  ["int32", "fffffffe", -2],
  ["uint32", "80000000", 2_147_483_648],
  ["int64", "ffffffffffffffff", -1],
  ["acc64", "0000000100000000", 4_294_967_296],
  ["float32", "c2f6e979", Math.fround(-123.456)],
  ["float64", "405edd2f1a9fbe77", 123.456],
] as const)("%s %s is %d", ([type, hex, value]) => {
  expect(decode(type, hex)).toEqual({ status: "good", value });
});

test("a mandatory counter at 0 has counted nothing yet; an optional one may not be there", () => {
  expect(decode("acc32", "00000000", true)).toEqual({ status: "good", value: 0 });
  expect(decode("acc32", "00000000", false).status).toBe("unavailable");
});

test("a 64-bit value that no double can hold is bad", () => {
  expect(decode("uint64", "fffffffffffffffe").status).toBe("bad");
});

test.for([
  [2_307, -2, 23.07],
  [-3, 1, -30],
  [5, 0, 5],
  [1, 10, 10_000_000_000],
  [7, -10, 7e-10],
] as const)("%d with scale factor %d is %d", ([raw, scale, value]) => {
  expect(applyScale({ status: "good", value: raw }, { status: "good", value: scale })).toEqual({
    status: "good",
    value,
  });
});

test.for([11, -11, 32_767])("scale factor %i is nonsense", (scale) => {
  expect(applyScale({ status: "good", value: 1 }, { status: "good", value: scale }).status).toBe("bad");
});

test("a point without its scale factor has no value", () => {
  const scale = { status: "unavailable", reason: "not implemented" } as const;
  expect(applyScale({ status: "good", value: 1 }, scale).status).toBe("unavailable");
});

test.for([
  ["Fronius\0\0\0", "Fronius"],
  ["SMA     ", "SMA"],
  ["AB\0rubbish", "AB"],
] as const)("text %j is %j", ([raw, value]) => {
  expect(decodeText(Buffer.from(raw))).toEqual({ status: "good", value });
});

test("an empty text is unavailable, bytes that are no text are bad", () => {
  expect(decodeText(Buffer.alloc(8)).status).toBe("unavailable");
  expect(decodeText(Buffer.from("    ")).status).toBe("unavailable");
  expect(decodeText(Buffer.from([0x41, 0x01, 0x42])).status).toBe("bad");
  expect(decodeText(Buffer.from([0xff, 0xfe])).status).toBe("bad");
});

test("encodes what it decodes, and null as the sentinel", () => {
  for (const [type, registers, value] of [
    ["int16", 1, -10_000],
    ["uint16", 1, 65_534],
    ["acc32", 2, 4_294_967_295],
    ["int32", 2, -2],
    ["uint64", 4, 9_007_199_254_740_991],
    ["float32", 2, 0.5],
  ] as const) {
    const bytes = encodeNumber(point(type, registers), value);
    expect(decodeNumber(point(type, registers), bytes)).toEqual({ status: "good", value });
    expect(decodeNumber(point(type, registers), encodeNumber(point(type, registers), null)).status).toBe(
      "unavailable",
    );
  }
  expect(encodeText(point("string", 4), "Bench").toString("latin1")).toBe("Bench\0\0\0");
  expect(encodeText(point("string", 2), "Bench").toString("latin1")).toBe("Benc");
});

test("does not encode what does not fit", () => {
  expect(() => encodeNumber(point("int16"), 32_768)).toThrow("does not fit");
  expect(() => encodeNumber(point("uint16"), -1)).toThrow("does not fit");
});
