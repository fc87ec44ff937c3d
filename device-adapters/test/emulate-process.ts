import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const COMMAND_MODULE = new URL("../src/cli/emulate-command.ts", import.meta.url).href;
/** A program with our command alone. */
const PROGRAM = `
  import { Command } from "commander";
  import { registerEmulateCommand } from ${JSON.stringify(COMMAND_MODULE)};
  const program = new Command("commonwatt");
  registerEmulateCommand(program);
  await program.parseAsync();
`;

/** A running `commonwatt emulate`. */
export interface EmulateProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** Its exit code, when it has ended. */
  readonly exit: Promise<number | null>;
}

/** Runs `commonwatt emulate` with these arguments in a process of its own. */
export function runEmulate(...args: string[]): EmulateProcess {
  const argv = ["--input-type=module", "--eval", PROGRAM, "--", "emulate", ...args];
  const child = spawn(process.execPath, argv, { cwd: new URL(".", import.meta.url) });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return { child, output: () => output, errors: () => errors, exit };
}
