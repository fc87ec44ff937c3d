import type { Page } from "playwright-core";

/** What a reader of the screen finds in the pictures of a report. */
export interface PictureReading {
  /** Bars, ends of whiskers and points of lines that were read by the labels of their axis and compared with the table behind. */
  readonly marks: number;
  /** Those that say something else than their table, as words. */
  readonly faults: readonly string[];
}

/**
 * Reads every bar, every whisker and every line of every picture from where it stands on the screen, by the labels of the axis beside it, and
 * compares it with the table behind: no more than a pixel and a half may lie between them. Supply and demand, whose table lists
 * orders, is left out.
 */
export async function readPictures(page: Page): Promise<PictureReading> {
  return (await page.evaluate(READER)) as PictureReading;
}

/** Runs in the page, where no types of this project are known. */
const READER = `(() => {
  const PIXELS = 1.5;
  const numberIn = (text) => (text === undefined || text === "–" ? null : Number(text.replace("−", "-")));
  let marks = 0;
  const faults = [];
  const axisOf = (figure, axis) => {
    const ticks = [...figure.querySelectorAll("text.tick." + axis + "[data-tick]")].map((label) => {
      const box = label.getBoundingClientRect();
      return { value: numberIn(label.textContent), at: axis === "y" ? box.top + box.height / 2 : box.left + box.width / 2 };
    });
    const [first, last] = [ticks[0], ticks[ticks.length - 1]];
    if (first === undefined || first === last) return null;
    const perPixel = (last.value - first.value) / (last.at - first.at);
    return { valueAt: (at) => first.value + (at - first.at) * perPixel, tolerance: Math.abs(perPixel) * PIXELS };
  };
  for (const figure of document.querySelectorAll("figure")) {
    if (figure.id === "supply-and-demand") continue;
    const table = [...figure.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
    const compare = (row, series, found, cell, tolerance) => {
      marks += 1;
      if (cell === null || Math.abs(found - cell) > tolerance)
        faults.push(figure.id + " row " + row + " series " + series + ": the picture says " + found + ", the table " + cell);
    };
    const vertical = axisOf(figure, "y");
    const axis = vertical ?? axisOf(figure, "x");
    for (const bar of figure.querySelectorAll("rect.bar")) {
      const box = bar.getBoundingClientRect();
      const [row, series] = [Number(bar.dataset.row), Number(bar.dataset.series)];
      const cell = numberIn(table[row][series + 1]);
      const length = axis.valueAt(vertical ? box.top : box.right) - axis.valueAt(vertical ? box.bottom : box.left);
      if (cell === null && length < axis.tolerance) continue;
      compare(row, series, length, cell === null ? null : Math.abs(cell), axis.tolerance);
    }
    const seriesCount = Math.max(0, ...[...figure.querySelectorAll("rect.bar")].map((bar) => Number(bar.dataset.series) + 1));
    for (const whisker of figure.querySelectorAll("line.whisker")) {
      const [row, series] = [Number(whisker.dataset.row), Number(whisker.dataset.series)];
      const toScreen = whisker.getScreenCTM();
      ["x1", "x2"].forEach((end, at) => {
        const { x } = new DOMPoint(Number(whisker.getAttribute(end)), 0).matrixTransform(toScreen);
        const cell = numberIn(table[row][1 + seriesCount + 2 * series + at]);
        compare(row, series + " whisker", axis.valueAt(x), cell, axis.tolerance);
      });
    }
    for (const line of figure.querySelectorAll("path.line")) {
      const series = Number(line.dataset.series);
      const toScreen = line.getScreenCTM();
      const points = [...line.getAttribute("d").matchAll(/[ML]([\\d.]+) ([\\d.]+)/g)].map(
        ([, x, y]) => new DOMPoint(Number(x), Number(y)).matrixTransform(toScreen).y,
      );
      const cells = table.map((row) => numberIn(row[series + 1])).filter((cell) => cell !== null);
      const perRow = points.length / cells.length;
      if (cells.length > 0 && perRow !== 1 && perRow !== 2)
        faults.push(figure.id + " series " + series + ": " + points.length + " points for " + cells.length + " values");
      else points.forEach((y, at) => compare(at, series, vertical.valueAt(y), cells[Math.floor(at / perRow)], vertical.tolerance));
    }
  }
  return { marks, faults };
})()`;
