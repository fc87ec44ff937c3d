import { fileURLToPath } from "node:url";
import { createLogger, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { simulate } from "../engine/simulate.ts";
import { runFullPath } from "../modes/full-path.ts";
import { fullPathChecks } from "../modes/full-path-checks.ts";
import { figuresOf } from "../modes/mode-figures.ts";
import { requireWire } from "../modes/mode-fit.ts";
import { runWire, WIRE_SPEED_MAX } from "../modes/wire.ts";
import { wireChecks } from "../modes/wire-checks.ts";
import { NO_PLAN } from "../runs/run-plan.ts";
import {
  figureLines,
  fullPathFigures,
  liveOptions,
  liveRunOptions,
  shapeOf,
  type ToldFigures,
  wireFigures,
} from "./simulate-mode.ts";

const SCENARIO = fileURLToPath(new URL("../../examples/modes/twelve-homes.yaml", import.meta.url));

/** Adds `commonwatt modes-test`: one scenario in every mode, which must come to the same. */
export function registerModesTest(program: Command): void {
  program
    .command("modes-test")
    .argument("[scenario]", "a scenario file; that of twelve homes unless given")
    .summary("run one scenario in every mode and compare what it comes to")
    .description(
      "Runs a scenario on arrays; then with signed orders, a journaled market, signed meters, batches and an escrow on a " +
        "development chain; then by live controllers on emulated devices, on an accelerated clock. The first two must make " +
        "the same trades and come to the same energy and money, to the nano, also in the accounts of the escrow. On the " +
        "wire traded and settled energy must be within 2 %, and money conserved.",
    )
    .option(
      "--speed <x>",
      "seconds of the homes' time per second on the wire",
      wholeNumber(1, WIRE_SPEED_MAX),
    )
    .option("--json", "print NDJSON; the last line is the summary")
    .action(
      async (scenario: string = SCENARIO, { json = false, speed }: { json?: boolean; speed?: number }) => {
        const logger = createLogger("warn", json);
        const tell = (figures: ToldFigures): void => {
          const lines = json
            ? [JSON.stringify({ event: "mode", ...figures })]
            : [...figureLines(figures), ""];
          for (const line of lines) process.stdout.write(`${line}\n`);
        };
        const options = await liveOptions({ ...NO_PLAN, scenario }, "wire", { workers: 1, vary: [] });
        requireWire(options);
        const result = await simulate(options);
        const fast = figuresOf(result);
        tell({ mode: "fast", ...fast, resultHash: result.hash });
        const live = liveRunOptions(speed === undefined ? {} : { speed }, logger);
        const full = await runFullPath(options, logger, live.signal);
        tell(fullPathFigures(full));
        const wire = await runWire(options, live);
        tell(wireFigures(wire));
        const checks = [...fullPathChecks(result, full), ...wireChecks(fast, wire)];
        printChecks(process.stdout, json, shapeOf(options), checks);
      },
    );
}
