import { element, textElement } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Nothing is fetched and nothing runs: the page is its text, its pictures and its own style. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A whole page of its own: no network, no script. */
export function pageHtml(title: string, parts: readonly string[]): string {
  const head = element(
    "head",
    {},
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    textElement("title", {}, title),
    '<link rel="icon" href="data:,">',
    element("style", {}, STYLE),
  );
  const body = element(
    "body",
    {},
    element("main", {}, element("header", {}, textElement("h1", {}, title)), ...parts),
  );
  return `<!doctype html>\n<html lang="en">${head}${body}</html>\n`;
}

/** Facts as names and values. */
export function factsHtml(facts: Readonly<Record<string, string>>): string {
  return element(
    "dl",
    {},
    ...Object.entries(facts).map(
      ([name, value]) => textElement("dt", {}, name) + textElement("dd", {}, value),
    ),
  );
}
