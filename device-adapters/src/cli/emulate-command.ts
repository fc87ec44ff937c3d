import type { Command } from "commander";
import { configureOpcua } from "./emulate-opcua.ts";
import { configureSunSpec } from "./emulate-sunspec.ts";

/** What can be emulated, by the name of its subcommand. A new emulator is one line here. */
const EMULATORS: Readonly<Record<string, (command: Command) => void>> = {
  opcua: configureOpcua,
  sunspec: configureSunSpec,
};

/** Adds `commonwatt emulate <device>` to the command line. */
export function registerEmulateCommand(program: Command): void {
  const emulate = program.command("emulate").description("run an emulated device on the wire, until Ctrl-C");
  for (const [name, configure] of Object.entries(EMULATORS)) configure(emulate.command(name));
}
