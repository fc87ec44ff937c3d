import { expect, test } from "vitest";
import { branchPercent, linePercent, readCoverage } from "./coverage.ts";

const REPORT = `TN:
SF:settlement/contracts/court/Office.sol
DA:1,3
LF:4
LH:3
BRF:2
BRH:1
end_of_record
TN:
SF:settlement/contracts/types/Free.sol
LF:2
LH:2
BRF:0
BRH:0
end_of_record
`;

test("a source that the report lacks counts as not run, and one that nobody expected counts too", () => {
  const found = readCoverage(REPORT, ["court/Office", "TokenVault"]);
  expect(found.map((coverage) => [coverage.source, linePercent(coverage), branchPercent(coverage)])).toEqual([
    ["TokenVault", 0, 100],
    ["court/Office", 75, 50],
    ["types/Free", 100, 100],
  ]);
});

test("a report without counts is refused", () => {
  expect(() => readCoverage("SF:settlement/contracts/A.sol\nDA:1,1\n", [])).toThrow("no LF");
});
