import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A program with one command alone: the others take their time to load. */
const programWith = (register: string, file: string): string => `
  import { Command } from "commander";
  import { ${register} } from ${JSON.stringify(new URL(`../src/cli/${file}`, import.meta.url).href)};
  const program = new Command("commonwatt");
  ${register}(program);
  await program.parseAsync();
`;

type CommandName = "emulate" | "record";

const PROGRAMS: Readonly<Record<CommandName, string>> = {
  emulate: programWith("registerEmulateCommand", "emulate-command.ts"),
  record: programWith("registerRecord", "record-command.ts"),
};

/** A running command. */
export interface CommandProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** Its exit code, when it has ended. */
  readonly exit: Promise<number | null>;
}

/** Runs `commonwatt emulate` with these arguments in a process of its own. */
export function runEmulate(...args: string[]): CommandProcess {
  return runCommand("emulate", ...args);
}

/** Runs one of our commands with these arguments in a process of its own. */
export function runCommand(name: CommandName, ...args: string[]): CommandProcess {
  const argv = ["--input-type=module", "--eval", PROGRAMS[name], "--", name, ...args];
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
