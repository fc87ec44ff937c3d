import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** A report in a browser without network, and what went wrong or was asked for while it loaded. */
export interface RenderedReport {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Everything that the page asked for beyond itself. */
  readonly requests: readonly string[];
}

/** Starts a headless Chromium. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath });
}

/** Opens a report as a person would: from its file, here without any network. */
export async function openReport(browser: Browser, file: string): Promise<RenderedReport> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
  await context.setOffline(true);
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) requests.push(request.url());
  });
  await page.goto(address);
  return { page, complaints, requests };
}

/** A bar as it stands on the screen, in pixels, with the table's cell that it shows. */
export interface RenderedBar {
  readonly row: number;
  readonly series: number;
  readonly start: number;
  readonly end: number;
  readonly cell: number;
}

/** Where a value stands on the screen. */
interface Tick {
  readonly value: number;
  readonly at: number;
}

/** The bars of a figure in the units of its axis, as read from the screen, each with the cell of the table behind it. */
export async function readBars(page: Page, figure: string, axis: "x" | "y"): Promise<readonly RenderedBar[]> {
  const toValue = await axisReader(page, figure, axis);
  const cells = await tableOf(page, figure);
  const bars = await page.locator(`#${figure} rect.bar`).all();
  return Promise.all(
    bars.map(async (bar) => {
      const box = await bar.boundingBox();
      const row = Number(await bar.getAttribute("data-row"));
      const series = Number(await bar.getAttribute("data-series"));
      const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
      const [from, to] = axis === "y" ? [y + height, y] : [x, x + width];
      return {
        row,
        series,
        start: toValue(from),
        end: toValue(to),
        cell: numberIn(cells[row]?.[series + 1]),
      };
    }),
  );
}

/** Points of a line as `[px, px]` of its drawing, in the order in which it is drawn. */
export async function readLine(
  page: Page,
  figure: string,
  series: number,
): Promise<readonly (readonly number[])[]> {
  const path = (await page.locator(`#${figure} path[data-series="${series}"]`).getAttribute("d")) ?? "";
  return [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** Turns a place on the screen into a value, by the labels that a reader sees. */
async function axisReader(page: Page, figure: string, axis: "x" | "y"): Promise<(at: number) => number> {
  const labels = await page.locator(`#${figure} text.tick.${axis}[data-tick]`).all();
  const ticks = await Promise.all(
    labels.map(async (label): Promise<Tick> => {
      const box = await label.boundingBox();
      const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
      return {
        value: numberIn((await label.textContent()) ?? ""),
        at: axis === "y" ? y + height / 2 : x + width / 2,
      };
    }),
  );
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (first === undefined || last === undefined || first === last)
    throw new Error(`${figure} has no ${axis} axis`);
  return (at) => first.value + ((at - first.at) / (last.at - first.at)) * (last.value - first.value);
}

/** The body of the table behind a figure, as text. */
export async function tableOf(page: Page, figure: string): Promise<readonly (readonly string[])[]> {
  const rows = await page.locator(`#${figure} tbody tr`).all();
  return Promise.all(rows.map((row) => row.locator("th, td").allTextContents()));
}

/** A number as the report prints it; NaN for a dash. */
export function numberIn(text: string | undefined): number {
  return text === undefined || text === "–" ? Number.NaN : Number(text.replace("−", "-"));
}
