import { join } from "node:path";
import { printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { namedMechanism } from "../engine/named-mechanism.ts";
import { inputHash } from "../runs/input-hash.ts";
import { loadNeighbourhood } from "../runs/load-neighbourhood.ts";
import { manifestOf } from "../runs/manifest.ts";
import { openRunFolder } from "../runs/run-folder.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { studyRun } from "../runs/study-run.ts";
import { summaryOf } from "../runs/summary.ts";
import { writeRun } from "../runs/write-run.ts";
import { progressBar } from "./progress-bar.ts";
import { addRunOptions, planOf, type SimulateOptions } from "./simulate-options.ts";
import { kpiEvents, kpiLines } from "./simulate-output.ts";

/** Adds `commonwatt simulate`: a neighbourhood through time, and what came of it. */
export function registerSimulate(program: Command): void {
  addRunOptions(
    program
      .command("simulate")
      .summary("run a neighbourhood through a year, and work out what came of it")
      .description(
        "Runs the homes of measured data through time with the code that runs live: they bid, the market clears, " +
          "batteries deliver, meters count, money is accounted to the nano. Prints figures, and writes tables and a " +
          "report. Docs: simulations/docs/first-study.md, simulations/docs/kpis.md.",
      ),
  ).action((options: SimulateOptions) => runOne(planOf(options), options));
}

async function runOne(plan: RunPlan, { workers, out, json = false }: SimulateOptions): Promise<void> {
  const { neighbourhood, report } = await loadNeighbourhood(plan);
  const { version } = packageJson;
  const hash = inputHash(neighbourhood, plan, version);
  const name = `${neighbourhood.community}-${namedMechanism(plan.mechanism).name}-${hash.slice(2, 10)}`;
  const folder = openRunFolder(
    out ?? join("simulation-runs", name),
    (manifest) => (manifest as { readonly inputHash?: unknown } | null)?.inputHash === hash,
  );
  const homes = neighbourhood.siteIds.length;
  const bar = progressBar(process.stderr, { name: "home-intervals", perStep: homes });
  const study = await studyRun(neighbourhood, plan, { workers, trace: true, onProgress: bar.update });
  bar.end();
  const command = ["commonwatt", ...process.argv.slice(2)].join(" ");
  const manifest = manifestOf(neighbourhood, plan, {
    command,
    inputHash: hash,
    resultHash: study.result.hash,
    version,
  });
  writeRun(folder, neighbourhood, study, manifest, report);
  const { checks, ...summary } = summaryOf(neighbourhood, study);
  const lines = json ? kpiEvents(study.kpis, report) : kpiLines(study.kpis, report);
  for (const line of lines) process.stdout.write(`${line}\n`);
  printChecks(process.stdout, json, { ...summary, inputHash: hash, folder: folder.path }, checks);
  if (!json) {
    process.stdout.write(
      `\nresult hash ${study.result.hash}\nreport      ${join(folder.path, "report.html")}\n`,
    );
  }
}
