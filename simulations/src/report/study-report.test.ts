import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findChromium } from "../../test/chromium.ts";
import { folderWith } from "../../test/data-files.ts";
import { readPictures } from "../../test/read-pictures.ts";
import { openReport, startBrowser, tableOf } from "../../test/rendered-report.ts";
import { studyReportHtml } from "./study-report.ts";

const figure = (mean: number) => ({ count: 2, mean, student: { low: mean - 0.1, high: mean + 0.1 } });
const html = studyReportHtml({
  title: "A study",
  facts: { runs: "4" },
  checks: [{ name: "liesThatPay/muda", value: 1, target: "0", holds: false }],
  groupName: "mechanism",
  groups: [
    {
      name: "uniform",
      figures: { welfareShare: figure(1), operatorBalance: figure(0), regretPromised: null },
    },
    { name: "vcg", figures: { welfareShare: figure(0.62), operatorBalance: figure(-91.07) } },
  ],
  notes: { headings: ["mechanism", "no lie pays for"], rows: [["vcg", "everyone"]] },
});

test("what failed is seen, and means stand with their intervals", () => {
  expect(html).toContain('<td class="fails">FAILS</td>');
  expect(html).toContain("0.62 ± 0.1");
  expect(html).not.toMatch(/NaN|undefined|<script/);
});

const executable = findChromium();

describe.skipIf(executable === null)("in a browser (skipped where there is no Chromium)", () => {
  test("mechanisms stand side by side as the table says", async () => {
    const file = join(await folderWith({}), "report.html");
    writeFileSync(file, html);
    const browser = await startBrowser(executable ?? "");
    try {
      const { page, complaints, requests } = await openReport(browser, file);
      expect([complaints, requests]).toEqual([[], []]);
      expect((await tableOf(page, "operatorBalance")).map(([name]) => name)).toEqual(["uniform", "vcg"]);
      const { marks, faults } = await readPictures(page);
      expect(faults).toEqual([]);
      // Four bars, and both ends of their whiskers.
      expect(marks).toBe(12);
      await page.evaluate("document.querySelector('#welfareShare line.whisker').setAttribute('x1', '300')");
      expect((await readPictures(page)).faults.length).toBe(1);
    } finally {
      await browser.close();
    }
  });
});
