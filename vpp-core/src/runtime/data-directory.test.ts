import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataDirectory } from "./data-directory.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "data-directory-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder that cannot be made, or not be written in, is named", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const unusable = { code: "DATA_DIRECTORY_UNUSABLE", message: expect.stringContaining(folder) };
  expect(() => openDataDirectory(file)).toThrow(expect.objectContaining(unusable));
  // What stands where the lock has to be written stops it as a read-only disk does.
  mkdirSync(join(folder, "run.pid"));
  expect(() => openDataDirectory(folder)).toThrow(expect.objectContaining(unusable));
});

test("a folder is free again when it is closed, and a temporary one is gone", () => {
  const kept = openDataDirectory(folder);
  kept.close();
  openDataDirectory(folder).close();
  const temporary = openDataDirectory(null);
  expect(temporary.folder("deep").startsWith(temporary.path)).toBe(true);
  temporary.close();
  expect(() => rmSync(temporary.path)).toThrow("ENOENT");
});
