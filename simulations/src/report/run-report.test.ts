import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { priceMicroPerKwh, siteId, wattHours } from "@commonwatt/vpp-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../test/chromium.ts";
import { handMadeRun } from "../../test/hand-made-run.ts";
import { readPictures } from "../../test/read-pictures.ts";
import {
  numberIn,
  openReport,
  type RenderedReport,
  readLine,
  startBrowser,
  tableOf,
} from "../../test/rendered-report.ts";
import { kpisOf } from "../kpis/kpis.ts";
import { savingsOf } from "../kpis/savings.ts";
import { energyBySource } from "./pictures/energy-by-source.ts";
import { forecastLosses } from "./pictures/forecast-losses.ts";
import { prices } from "./pictures/prices.ts";
import { savingsPerHome } from "./pictures/savings-per-home.ts";
import { supplyAndDemand } from "./pictures/supply-and-demand.ts";
import { runReportHtml } from "./run-report.ts";

const input = handMadeRun();
const { neighbourhood, result } = input;
const order = (trader: string, side: "bid" | "offer", energyWh: number, limit: number) => ({
  id: `0x${trader}` as Hex,
  trader: siteId(trader),
  side,
  energyWh: wattHours(energyWh),
  limitPrice: priceMicroPerKwh(limit),
});
const html = runReportHtml({
  title: "A <hand-made> run & its report",
  facts: { seed: "1", hash: "0x00" },
  checks: [{ name: "conserved", value: 1, target: "1", holds: true }],
  figures: [
    energyBySource(neighbourhood, result.intervals),
    prices(neighbourhood, result.intervals),
    supplyAndDemand({
      start: "1970-01-01 00:00",
      orders: [order("b", "bid", 1_000, 300_000), order("a", "offer", 2_000, 100_000)],
      volumeWh: 1_000,
      price: 200_000,
    }),
    savingsPerHome(result.homes.siteIds, savingsOf(input)),
    ...forecastLosses(result),
  ],
  kpis: kpisOf(input),
});

test("the page is whole by itself: no script, nothing to fetch, names as text", () => {
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)|@import|url\(/);
  expect(html).toContain("A &#60;hand-made&#62; run &#38; its report");
  expect(html).not.toContain("NaN");
  expect(html).not.toContain("undefined");
});

const executable = findChromium();

describe.skipIf(executable === null)(
  `in a browser${executable === null ? " (there is no Chromium here: install one to run this)" : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    let browser: Browser;
    let report: RenderedReport;

    beforeAll(async () => {
      writeFileSync(join(folder, "report.html"), html);
      browser = await startBrowser(executable ?? "");
      report = await openReport(browser, join(folder, "report.html"));
    });
    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });

    test("it opens without network, without a word on the console and without asking for anything", async () => {
      expect(await report.page.locator("h1").textContent()).toBe("A <hand-made> run & its report");
      expect(report.complaints).toEqual([]);
      expect(report.requests).toEqual([]);
      expect(await report.page.locator("figure").count()).toBe(6);
    });

    test("bars and lines say what the tables say, and a bar that lies is found", async () => {
      const { marks, faults } = await readPictures(report.page);
      expect(faults).toEqual([]);
      // Seven bars of energy, five columns of prices over two hours, twice each as steps but for one gap, two of
      // savings, two of loads that were foreseen and one of PV.
      expect(marks).toBe(7 + 2 * (1 + 2 + 2) + 2 + 3);
      await report.page.evaluate(
        "document.querySelector('#savings-per-home rect.bar').setAttribute('width', '40')",
      );
      expect((await readPictures(report.page)).faults.length).toBe(1);
    });

    test("curves end where the table's energies add up to", async () => {
      const rows = await tableOf(report.page, "supply-and-demand");
      for (const [series, side] of ["demand", "supply"].entries()) {
        const line = await readLine(report.page, "supply-and-demand", series);
        const energy = rows
          .filter(([name]) => name === side)
          .reduce((sum, [, , cell]) => sum + numberIn(cell), 0);
        const ticks = await report.page.locator("#supply-and-demand text.tick.x").all();
        const last = ticks.at(-1);
        const toPx = Number(await last?.getAttribute("data-at")) - 58;
        const drawn = (((line.at(-1)?.[0] ?? 0) - 58) / toPx) * Number(await last?.getAttribute("data-tick"));
        expect(drawn).toBeCloseTo(energy, 2);
      }
    });

    test("it has a dark face, and on paper the tables are open", async () => {
      const paper = (): Promise<string> =>
        report.page.evaluate("getComputedStyle(document.body).backgroundColor") as Promise<string>;
      const light = await paper();
      await report.page.emulateMedia({ colorScheme: "dark" });
      expect(await paper()).not.toBe(light);
      await report.page.emulateMedia({ colorScheme: "light", media: "print" });
      expect(await report.page.locator("#prices summary").isVisible()).toBe(false);
      expect(await report.page.locator("#prices table").isVisible()).toBe(true);
      await report.page.emulateMedia({ media: "screen" });
    });
  },
);
