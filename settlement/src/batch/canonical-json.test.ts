import { describe, expect, it } from "vitest";
import { canonicalJson, writeCanonical } from "./canonical-json.ts";

function written(value: object): string {
  let text = "";
  writeCanonical(value, (piece) => {
    text += piece;
  });
  return text;
}

describe("canonical JSON", () => {
  it("puts the names of every object in code unit order, and nothing between tokens", () => {
    const value = { b: [{ z: 1, a: "é\n" }, [true, null, 1.5]], a: { 10: 1, 9: 2 }, A: {} };
    expect(canonicalJson(value)).toBe('{"A":{},"a":{"10":1,"9":2},"b":[{"a":"é\\n","z":1},[true,null,1.5]]}');
  });

  it("writes the same whether names came in order or not", () => {
    const ordered = { a: [{ b: 1, c: { d: 2, e: "3" } }], f: [] };
    const shuffled = { f: [], a: [{ c: { e: "3", d: 2 }, b: 1 }] };
    expect(canonicalJson(shuffled)).toBe(JSON.stringify(ordered));
    expect(canonicalJson(ordered)).toBe(JSON.stringify(ordered));
  });

  it.each([0, 1, 127, 128, 129, 300])("writes a list of %i elements in pieces as in one", (count) => {
    const list = Array.from({ length: count }, (_, index) =>
      index % 3 === 0 ? { b: index, a: "x" } : index,
    );
    const value = { rest: 1, list };
    expect(written(value)).toBe(canonicalJson(value));
    expect(JSON.parse(written(value))).toEqual(value);
  });

  it("writes an object without fields, and refuses what JSON cannot hold", () => {
    expect(written({})).toBe("{}");
    for (const value of [1n, undefined, () => 1]) {
      expect(() => canonicalJson({ a: [value] })).toThrow(TypeError);
      expect(() => written({ a: [value] })).toThrow(TypeError);
    }
  });
});
