import type { KpiValue } from "../kpis/kpi.ts";
import { KPI_GROUPS } from "../kpis/kpis.ts";
import { element, printedNumber, textElement } from "./markup.ts";

/** All figures of a run, group by group, each with what it means. */
export function kpiTables(values: readonly KpiValue[]): string {
  const byName = new Map(values.map((value) => [value.name, value]));
  const tables = KPI_GROUPS.map(({ title, kpis }) => {
    const rows = kpis.map(({ name, unit, definition }) => {
      const found = byName.get(name);
      const value = found?.value ?? null;
      return element(
        "tr",
        { "data-kpi": name },
        textElement("th", { scope: "row" }, name),
        textElement("td", { class: "number" }, printedNumber(value)),
        textElement("td", {}, unit),
        textElement(
          "td",
          { class: "soft" },
          value === null ? `no value: ${found?.reason}` : plain(definition),
        ),
      );
    });
    const head = element(
      "tr",
      {},
      textElement("th", { class: "group", scope: "rowgroup", colspan: 4 }, title),
    );
    return element("tbody", {}, head, ...rows);
  });
  return element(
    "section",
    { id: "kpis" },
    textElement("h2", {}, "Figures"),
    element("table", {}, ...tables),
  );
}

/** Definitions are written for Markdown. */
function plain(definition: string): string {
  return definition.replaceAll("`", "");
}
