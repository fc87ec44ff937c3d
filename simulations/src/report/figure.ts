import { type ChartData, colourOf } from "./chart/chart-data.ts";
import { element, printedNumber, textElement } from "./markup.ts";

/** A table as text, its first column the names of the rows. */
export interface FigureTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture with its words, and the table that says the same. */
export interface Figure {
  /** Names it within the page. */
  readonly id: string;
  readonly title: string;
  /** What one sees, and what to look for. */
  readonly text: string;
  readonly svg: string;
  /** Names of colours, where there are several. */
  readonly legend: readonly { readonly name: string; readonly colour: number }[];
  readonly table: FigureTable;
}

/** A figure of chart data: the picture is drawn from the same values that the table lists. */
export function figureOf(
  words: Pick<Figure, "id" | "title" | "text">,
  data: ChartData,
  draw: (title: string, data: ChartData) => string,
): Figure {
  const legend = data.series.map((series, at) => ({ name: series.name, colour: colourOf(series, at) }));
  return { ...words, svg: draw(words.title, data), legend, table: tableOf(data) };
}

function tableOf({ rowName, rows, unit, series }: ChartData): FigureTable {
  const uncertain = series.filter(({ spans }) => spans?.some((span) => span !== null));
  return {
    headings: [
      rowName,
      ...series.map(({ name }) => `${name}, ${unit}`),
      ...uncertain.flatMap(({ name }) => [`${name}, at least`, `${name}, at most`]),
    ],
    rows: rows.map((name, row) => [
      name,
      ...series.map(({ values }) => printedNumber(values[row] ?? null)),
      ...uncertain.flatMap(({ spans }) => {
        const { low = null, high = null } = spans?.[row] ?? {};
        return [printedNumber(low), printedNumber(high)];
      }),
    ]),
  };
}

/** A figure as HTML. */
export function figureHtml({ id, title, text, svg, legend, table }: Figure): string {
  const keys = legend.map(({ name, colour }) =>
    element("li", {}, element("i", { class: `key c${colour}` }), textElement("span", {}, name)),
  );
  return element(
    "figure",
    { id },
    textElement("h2", {}, title),
    textElement("p", {}, text),
    ...(legend.length > 1 ? [element("ul", { class: "legend" }, ...keys)] : []),
    svg,
    element("details", {}, textElement("summary", {}, "The same as a table"), tableHtml(table, title)),
  );
}

/** A table as HTML; every column but the first to the right when it holds numbers. */
export function tableHtml({ headings, rows }: FigureTable, caption: string): string {
  const head = headings.map((heading) => textElement("th", { scope: "col" }, heading));
  const body = rows.map(([name = "", ...cells]) =>
    element(
      "tr",
      {},
      textElement("th", { scope: "row" }, name),
      ...cells.map((cell) => textElement("td", /^[−\d–]/.test(cell) ? { class: "number" } : {}, cell)),
    ),
  );
  return element(
    "div",
    { class: "wide" },
    element(
      "table",
      {},
      textElement("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}
