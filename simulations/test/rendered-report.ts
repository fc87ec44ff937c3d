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

/** Points of a line as `[px, px]` of its drawing, in the order in which it is drawn. */
export async function readLine(
  page: Page,
  figure: string,
  series: number,
): Promise<readonly (readonly number[])[]> {
  const path = (await page.locator(`#${figure} path[data-series="${series}"]`).getAttribute("d")) ?? "";
  return [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
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
