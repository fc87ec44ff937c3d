import { join } from "node:path";
import { CommonwattError, printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { AgentAddress } from "../agents/agent-address.ts";
import { type AgentStudy, agentStudy } from "../agents/agent-study.ts";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { inputHash } from "../runs/input-hash.ts";
import { type LoadedRun, loadRun } from "../runs/load-run.ts";
import { manifestOf } from "../runs/manifest.ts";
import { openRunFolder } from "../runs/run-folder.ts";
import type { Axis } from "../runs/run-grid.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { type StudyOptions, studyRun, TRACED_HOMES_MAX } from "../runs/study-run.ts";
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
    if (options.agents !== undefined) return runWithAgents(plan, axes, request, options.agents, options);
    return axes.length === 0 ? runOne(plan, request) : runStudy(plan, axes, request);
  });
}

/** An agent decides for some of the homes. Where it has the standard streams, all else goes to standard error. */
function runWithAgents(
  plan: RunPlan,
  axes: readonly Axis[],
  request: StudyRequest,
  address: AgentAddress,
  { agentTimeout }: SimulateOptions,
): Promise<void> {
  if (axes.length > 0) {
    throw new CommonwattError(
      "USAGE_BAD_AGENTS",
      "--agents is for one neighbourhood at a time: it takes no --compare and no --vary",
    );
  }
  const output = address.kind === "stdio" ? process.stderr : process.stdout;
  const onListening = (at: string): void => {
    output.write(
      request.json ? `${JSON.stringify({ event: "listening", at })}\n` : `waiting for an agent at ${at}\n`,
    );
  };
  const timeoutMs = agentTimeout * 1_000;
  const agents = { address, connectWithinMs: timeoutMs, answerWithinMs: timeoutMs, onListening };
  return runOne(plan, request, output, (loaded, options) => agentStudy(loaded, options, agents));
}

/** How a neighbourhood that was loaded is run. */
type Runner = (loaded: LoadedRun, options: StudyOptions) => Promise<AgentStudy>;

const runAlone: Runner = async ({ neighbourhood, settings }, options) => ({
  study: await studyRun(neighbourhood, settings, options),
  settings,
});

async function runOne(
  plan: RunPlan,
  { command, version, workers, out, json }: StudyRequest,
  output: NodeJS.WriteStream = process.stdout,
  run: Runner = runAlone,
): Promise<void> {
  const loaded = await loadRun(plan, { workers, tracedHomes: TRACED_HOMES_MAX });
  const { neighbourhood, feeder } = loaded;
  const hash = inputHash(neighbourhood, loaded.settings, version);
  const name = `${neighbourhood.community}-${namedMechanism(loaded.settings.mechanism).name}-${hash.slice(2, 10)}`;
  const folder = openRunFolder(
    out ?? join("simulation-runs", name),
    (manifest) => (manifest as { readonly inputHash?: unknown } | null)?.inputHash === hash,
  );
  const begun = manifestOf(loaded, plan, { command, version, inputHash: hash, resultHash: null });
  folder.write("manifest.json", jsonText(begun));
  const homes = neighbourhood.siteIds.length;
  const bar = progressBar(process.stderr, { name: "home-intervals", perStep: homes });
  const options = { workers, feeder, trace: true, onProgress: bar.update };
  const { study, settings } = await run(loaded, options);
  bar.end();
  writeRun(folder, { ...loaded, settings }, study, { ...begun, settings, resultHash: study.result.hash });
  const { checks, ...summary } = summaryOf(neighbourhood, study);
  const lines = json ? kpiEvents(study.kpis, loaded) : kpiLines(study.kpis, loaded);
  for (const line of lines) output.write(`${line}\n`);
  printChecks(output, json, { ...summary, inputHash: hash, folder: folder.path }, checks);
  if (!json) {
    const place = join(folder.path, "report.html");
    output.write(`\nresult hash ${study.result.hash}\nreport      ${place}\n`);
  }
}
