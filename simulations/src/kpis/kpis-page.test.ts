import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { KPI_GROUPS } from "./kpis.ts";

const PAGE = fileURLToPath(new URL("../../docs/kpis.md", import.meta.url));

test("the page of figures says what the code computes", async () => {
  const groups = KPI_GROUPS.map(({ title, kpis }) =>
    [
      `## ${title}`,
      "",
      "| name | unit | definition | source |",
      "|---|---|---|---|",
      ...kpis.map(
        ({ name, unit, definition, source }) => `| \`${name}\` | ${unit} | ${definition} | ${source} |`,
      ),
    ].join("\n"),
  );
  await expect(`${[HEAD, ...groups].join("\n\n")}\n`).toMatchFileSnapshot(PAGE);
});

const HEAD = `# Figures

What \`commonwatt simulate\` says of a run: in its table, in the \`kpis\` of \`summary.json\`, and in \`report.html\`. This page is
written by a test from the definitions in the code, and renewed with \`npm test -- simulations/src/kpis -u\`.

- Columns in \`code\` are those of \`intervals.csv\` and \`homes.csv\`; Σ is over all intervals of the run.
- A share is 0 to 1, unless its definition says otherwise. \`currency\` is that of the prices of the data.
- A figure without a value is \`null\`, and \`missing\` says why; it is never 0.
- The **baseline** is the same neighbourhood with nobody trading: each battery follows its own house.
- Regret is about one interval: what a lie would change later, through the battery, is not counted.`;
