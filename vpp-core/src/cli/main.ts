import { CommanderError } from "commander";
import { isCommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import { createProgram } from "./create-program.ts";

/** Exit codes: 0 fine, 1 a check or the work failed, 2 wrong usage or configuration. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What a person wrote and has to correct: options, the configuration, keys, profiles and data of their own. */
const WRITTEN_WRONGLY =
  /^(CONFIG_|USAGE_|IMPORT_|KEY_|SCENARIO_|STATEMENT_MONTH_INVALID$|PROFILE_(INVALID$|UNKNOWN$|FILE_)|SIMULATION_(AGENT_MISSING|MECHANISM_UNKNOWN|MODE_UNFIT)$)/;

async function main(): Promise<number> {
  const program = await createProgram(process.cwd());
  await program.parseAsync();
  return typeof process.exitCode === "number" ? process.exitCode : 0;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  // Whoever stops a start gets what they asked for.
  if (isCommonwattError(error, "RUN_STOPPED")) return 0;
  if (isCommonwattError(error)) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return WRITTEN_WRONGLY.test(error.code) ? EXIT_USAGE : EXIT_FAILED;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error)}\n`);
  return EXIT_FAILED;
}

process.exit(await main().catch(exitCodeOf));
