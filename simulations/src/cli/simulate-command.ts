import { join } from "node:path";
import { printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { namedMechanism } from "../engine/named-mechanism.ts";
import { inputHash } from "../runs/input-hash.ts";
import { loadRun } from "../runs/load-run.ts";
import { manifestOf } from "../runs/manifest.ts";
import { openRunFolder } from "../runs/run-folder.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { studyRun, TRACED_HOMES_MAX } from "../runs/study-run.ts";
import { summaryOf } from "../runs/summary.ts";
import { json as jsonText, writeRun } from "../runs/write-run.ts";
import { progressBar } from "./progress-bar.ts";
import { requireClock, simulateLive } from "./simulate-mode.ts";
import { addRunOptions, axesOf, planOf, type SimulateOptions } from "./simulate-options.ts";
import { kpiEvents, kpiLines } from "./simulate-output.ts";
import { runStudy, type StudyRequest } from "./simulate-study.ts";

/** Adds `commonwatt simulate`: a neighbourhood through time, and what came of it. */
export function registerSimulate(program: Command): void {
  addRunOptions(
    program
      .command("simulate")
      .argument("[scenario]", "a scenario file; or else measured data with --data")
      .summary("run a neighbourhood through a year, and work out what came of it")
      .description(
        "Runs the homes of a scenario or of measured data through time with the code that runs live: they bid, the market clears, " +
          "batteries deliver, meters count, money is accounted to the nano. Prints figures, and writes tables and a " +
          "report. Docs: simulations/docs/first-study.md, scenario.md and kpis.md beside it.",
      ),
  ).action((scenario: string | undefined, options: SimulateOptions) => {
    const plan = planOf(scenario, options);
    requireClock(options);
    if (options.mode !== "fast") return simulateLive(plan, options.mode, options);
    const axes = axesOf(options);
    const request = {
      command: ["commonwatt", ...process.argv.slice(2)].join(" "),
      version: packageJson.version,
      workers: options.workers,
      out: options.out ?? null,
      json: options.json ?? false,
    };
    return axes.length === 0 ? runOne(plan, request) : runStudy(plan, axes, request);
  });
}

async function runOne(plan: RunPlan, { command, version, workers, out, json }: StudyRequest): Promise<void> {
  const loaded = await loadRun(plan, { workers, tracedHomes: TRACED_HOMES_MAX });
  const { neighbourhood, settings, feeder } = loaded;
  const hash = inputHash(neighbourhood, settings, version);
  const name = `${neighbourhood.community}-${namedMechanism(settings.mechanism).name}-${hash.slice(2, 10)}`;
  const folder = openRunFolder(
    out ?? join("simulation-runs", name),
    (manifest) => (manifest as { readonly inputHash?: unknown } | null)?.inputHash === hash,
  );
  const begun = manifestOf(loaded, plan, { command, version, inputHash: hash, resultHash: null });
  folder.write("manifest.json", jsonText(begun));
  const homes = neighbourhood.siteIds.length;
  const bar = progressBar(process.stderr, { name: "home-intervals", perStep: homes });
  const study = await studyRun(neighbourhood, settings, {
    workers,
    feeder,
    trace: true,
    onProgress: bar.update,
  });
  bar.end();
  writeRun(folder, loaded, study, { ...begun, resultHash: study.result.hash });
  const { checks, ...summary } = summaryOf(neighbourhood, study);
  const lines = json ? kpiEvents(study.kpis, loaded) : kpiLines(study.kpis, loaded);
  for (const line of lines) process.stdout.write(`${line}\n`);
  printChecks(process.stdout, json, { ...summary, inputHash: hash, folder: folder.path }, checks);
  if (!json) {
    const place = join(folder.path, "report.html");
    process.stdout.write(`\nresult hash ${study.result.hash}\nreport      ${place}\n`);
  }
}
