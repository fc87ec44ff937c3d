import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadPlants, savePlants } from "./plant-file.ts";

const snapshot = {
  timeMs: 5_000,
  storedMillijoules: 7,
  gridImportMillijoules: 1,
  gridExportMillijoules: 2,
  pvMillijoules: 3,
};
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "plant-file-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("gives back what was saved, and nothing when nothing was", async () => {
  const path = join(directory, "deeper", "plants.json");
  expect(await loadPlants(path, "0xaa")).toEqual({});
  await savePlants(path, "0xaa", { "home-1": snapshot });
  await savePlants(path, "0xaa", { "home-1": { ...snapshot, timeMs: 10_000 } });
  expect(await loadPlants(path, "0xaa")).toEqual({ "home-1": { ...snapshot, timeMs: 10_000 } });
  expect(await readdir(join(directory, "deeper"))).toEqual(["plants.json"]);
});

test("refuses the state of another street", async () => {
  const path = join(directory, "plants.json");
  await savePlants(path, "0xaa", { "home-1": snapshot });
  await expect(loadPlants(path, "0xbb")).rejects.toMatchObject({ code: "STREET_STATE_FOREIGN" });
});

test.each([
  ["a torn file", '{"street":"0xaa","plants":{"home'],
  ["another file", '{"hello":"world"}'],
  [
    "energy that is not whole",
    JSON.stringify({ street: "0xaa", plants: { a: { ...snapshot, pvMillijoules: 0.5 } } }),
  ],
  [
    "energy below zero",
    JSON.stringify({ street: "0xaa", plants: { a: { ...snapshot, storedMillijoules: -1 } } }),
  ],
  ["a field too few", JSON.stringify({ street: "0xaa", plants: { a: { ...snapshot, timeMs: undefined } } })],
])("refuses %s", async (_, text) => {
  const path = join(directory, "plants.json");
  await writeFile(path, text);
  await expect(loadPlants(path, "0xaa")).rejects.toMatchObject({
    code: "STREET_STATE_UNREADABLE",
    details: { path },
  });
});

test("refuses a directory in the file's place", async () => {
  await expect(loadPlants(directory, "0xaa")).rejects.toMatchObject({ code: "STREET_STATE_UNREADABLE" });
});
