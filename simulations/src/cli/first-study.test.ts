import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../test/chromium.ts";
import { readPictures } from "../../test/read-pictures.ts";
import { openReport, startBrowser } from "../../test/rendered-report.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const PAGE = readFileSync(new URL("../../docs/first-study.md", import.meta.url), "utf8");
const FOLDER = "my-study";

let folder: string;
beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), "commonwatt-study-")), FOLDER);
});
afterAll(() => rmSync(dirname(folder), { recursive: true, force: true }));

/** The commands of a page, block by block. */
const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = ""]) => commands);

test("every command of the page runs, and leaves what the page says", { timeout: 300_000 }, async () => {
  const said: string[] = [];
  for (const commands of blocks) {
    const here = commands.replaceAll(FOLDER, folder);
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", here], {
      cwd: REPOSITORY,
    });
    said.push(stdout);
  }
  const all = said.join("");
  expect(all).not.toContain("FAILS");
  const hashes = [...all.matchAll(/^ *"resultHash": "(0x[0-9a-f]{64})",?$/gm)].map(([, hash]) => hash);
  expect(hashes.length).toBe(2);
  expect(hashes[0]).toBe(hashes[1]);
  expect(all).toMatch(/^holds {2}liesThatPay\/pay-as-bid/m);
  expect(all).toMatch(/^truthful +1 /m);
  const files = [...PAGE.matchAll(/`([a-z]+\.(?:csv|parquet|json|html))`/g)].map(([, name = ""]) => name);
  const places = ["run", "mechanisms", "strategies"];
  for (const file of new Set(files)) {
    expect(
      places.some((place) => existsSync(join(folder, place, file))),
      file,
    ).toBe(true);
  }
  for (const [, path = ""] of PAGE.matchAll(/`my-study\/([\w./-]+)`/g)) {
    expect(existsSync(join(folder, path)), path).toBe(true);
  }
});

const executable = findChromium();

test.skipIf(executable === null)(
  `its reports show in a browser what their tables say${executable === null ? " (skipped: there is no Chromium here)" : ""}`,
  { timeout: 300_000 },
  async () => {
    const browser = await startBrowser(executable ?? "");
    try {
      for (const place of ["run", "mechanisms", "strategies"]) {
        const { page, complaints, requests } = await openReport(browser, join(folder, place, "report.html"));
        expect([complaints, requests], place).toEqual([[], []]);
        const { marks, faults } = await readPictures(page);
        expect(faults, place).toEqual([]);
        expect(marks, place).toBeGreaterThan(10);
      }
    } finally {
      await browser.close();
    }
  },
);
