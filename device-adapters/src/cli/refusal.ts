import { Command, CommanderError } from "commander";

/** For tests: what a command says that refuses its arguments; fails when it does not. */
export async function refusalOf(
  register: (program: Command) => void,
  ...args: readonly string[]
): Promise<string> {
  const program = new Command("commonwatt").exitOverride();
  register(program);
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  const outcome = await program.parseAsync([...args], { from: "user" }).then(
    () => new Error("it was taken"),
    (error: unknown) => error,
  );
  if (outcome instanceof CommanderError) return outcome.message;
  throw outcome;
}
