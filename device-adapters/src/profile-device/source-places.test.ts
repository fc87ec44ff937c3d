import { expect, test } from "vitest";
import { sourcePlaces } from "./source-places.ts";

const COMMENTED = `import type { DeviceProfile } from "acme";
/* export const a = { kind: "x",
   wire: { port: 1 } } */
export const a: DeviceProfile = {
  // wire: {
  kind: "registers", // }
  model: "wire: { port: 502 }",
  vendor: \`a \${"{"} wire: {\`,
  wire: { unit: 1 /* port: 2 */,
    port: 502 },
  "points": { gridPowerW: { add: [
    "one", // "two",
    "[", "two" ] } },
};
`;

const SPREAD = `import { other } from "./other.ts";
const wire = {
  port: 502,
} as const;
const base = { wire, model: "H5", probe: [{ register: "x" }] };
const a = {
  ...base,
  kind: "registers",
  wire: { ...wire,
    unit: 300 },
} satisfies object;
const b = {
  kind: "registers",
  wire,
  ...other,
};
const c = make({ kind: "registers" });
export default a as unknown;
export { a as renamed, b, c };
`;

const NESTED = `export const a = { battery: { charge: [
  { register: "keep", value: { constant: 1 } },
  [ [1, 2], [
    3] ],
  ...more,
  { register: "late" },
] } };
`;

const JSON_FILE = `{
  "kind": "registers",
  "model": "\\"wire\\": { \\\\",
  "wire": { "unit": 1,
    "port": 502 }, "sources": [
    "a", "b"
  ]
}
`;

test.for([
  ["a line of a comment or a text is no field", COMMENTED, "a", "/wire", 9, 3, "/wire"],
  ["a field within", COMMENTED, "a", "/wire/port", 10, 5, "/wire/port"],
  ["the profile itself", COMMENTED, "a", "/", 4, 14, "/"],
  ["a quoted name", COMMENTED, "a", "/points", 11, 3, "/points"],
  ["an item", COMMENTED, "a", "/points/gridPowerW/add/2", 13, 10, "/points/gridPowerW/add/2"],
  ["an item that is not there", COMMENTED, "a", "/points/gridPowerW/add/3", 11, 29, "/points/gridPowerW/add"],
  ["a field that is missing", COMMENTED, "a", "/wire/timeoutMs", 9, 3, "/wire"],
  ["below a text", COMMENTED, "a", "/model/length", 7, 3, "/model"],
  ["through a spread constant, default export", SPREAD, "default", "/wire/port", 3, 3, "/wire/port"],
  ["beside a spread", SPREAD, "renamed", "/wire/unit", 10, 5, "/wire/unit"],
  ["through two constants", SPREAD, "renamed", "/probe/0/register", 5, 45, "/probe/0/register"],
  ["what another file may have replaced", SPREAD, "b", "/wire/port", 12, 11, "/"],
  ["what a call has made", SPREAD, "c", "/kind", 17, 11, "/"],
  ["an export that is not there", SPREAD, "d", "/kind", 1, 1, null],
  [
    "arrays in arrays",
    NESTED,
    "a",
    "/battery/charge/0/value/constant",
    2,
    32,
    "/battery/charge/0/value/constant",
  ],
  ["arrays in arrays", NESTED, "a", "/battery/charge/1/1/0", 4, 5, "/battery/charge/1/1/0"],
  ["behind a spread in an array", NESTED, "a", "/battery/charge/3/register", 1, 31, "/battery/charge"],
] as const)("%s", ([, text, name, path, line, column, found]) => {
  expect(sourcePlaces(text, "module").placeOf(name, path)).toEqual({ line, column, path: found });
});

test.for([
  ["/", 1, 1, "/"],
  ["/wire", 4, 3, "/wire"],
  ["/wire/port", 5, 5, "/wire/port"],
  ["/sources/1", 6, 10, "/sources/1"],
  ["/wire/gapMs", 4, 3, "/wire"],
] as const)("JSON: %s is in line %i", ([path, line, column, found]) => {
  expect(sourcePlaces(JSON_FILE, "json").placeOf("default", path)).toEqual({ line, column, path: found });
});

test("a text that cannot be parsed is a SyntaxError with its place", () => {
  expect(() => sourcePlaces("export const a = {\n kind: }", "module")).toThrow(SyntaxError);
  expect(() => sourcePlaces("{", "json")).toThrow(/1:1/);
});
