import { fileURLToPath } from "node:url";
import { createLogger, printChecks } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { simulate } from "../engine/simulate.ts";
import { runFullPath } from "../modes/full-path.ts";
import { fullPathChecks } from "../modes/full-path-checks.ts";
import { figuresOf } from "../modes/mode-figures.ts";
import { NO_PLAN } from "../runs/run-plan.ts";
import { chainFigures, figureLines, liveOptions, shapeOf } from "./simulate-mode.ts";

const SCENARIO = fileURLToPath(new URL("../../examples/modes/twelve-homes.yaml", import.meta.url));

/** Adds `commonwatt modes-test`: one scenario in every mode, which must come to the same. */
export function registerModesTest(program: Command): void {
  program
    .command("modes-test")
    .argument("[scenario]", "a scenario file", SCENARIO)
    .summary("run one scenario in every mode and compare what it comes to")
    .description(
      "Runs a scenario on arrays, then with signed orders, a journaled market, signed meters, batches and an escrow on a " +
        "development chain. Both must make the same trades and come to the same energy and money, to the nano, also in the " +
        "accounts of the escrow.",
    )
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (scenario: string, { json = false }: { json?: boolean }) => {
      const tell = (figures: { readonly mode: string }): void => {
        const lines = json ? [JSON.stringify({ event: "mode", ...figures })] : [...figureLines(figures), ""];
        for (const line of lines) process.stdout.write(`${line}\n`);
      };
      const options = await liveOptions({ ...NO_PLAN, scenario }, "full-path", { workers: 1, vary: [] });
      const fast = await simulate(options);
      tell({ mode: "fast", ...figuresOf(fast) });
      const full = await runFullPath(options, createLogger("warn", json));
      tell({ mode: "full-path", ...figuresOf(full.result), ...chainFigures(full) });
      printChecks(process.stdout, json, { scenario, ...shapeOf(options) }, fullPathChecks(fast, full));
    });
}
