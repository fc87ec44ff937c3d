import { describe, expect, test } from "vitest";
import { csvRows, csvTable } from "./csv.ts";

const rowsOf = (...given: Parameters<typeof csvRows>): readonly unknown[] => [...csvRows(...given)];

describe("CSV", () => {
  test("has quotes, blank lines, CR LF and a byte-order mark", () => {
    expect(rowsOf('\uFEFFa,"b, c",d\r\n\r\n"say ""hi""",,"x"\r\n')).toEqual([
      { line: 1, cells: ["a", "b, c", "d"] },
      { line: 3, cells: ['say "hi"', "", "x"] },
    ]);
    expect(rowsOf('"a";b', ";")).toEqual([{ line: 1, cells: ["a", "b"] }]);
    expect(rowsOf('x,"a",')).toEqual([{ line: 1, cells: ["x", "a", ""] }]);
  });

  test.each([
    ["", /f\.csv:1: there are no rows/],
    ["a,b\n", /f\.csv:1: there are no rows/],
    ["a,a\n1,2\n", /f\.csv:1: the column "a" stands twice/],
    ["a,b\n\n1,2,3\n", /f\.csv:3: 3 cells where 2 columns are/],
  ])("%j is refused", (text, told) => {
    expect(() => csvTable("f.csv", text)).toThrow(told);
  });
});
