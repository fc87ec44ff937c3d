import { Command } from "commander";
import { loadPlugins } from "./load-plugins.ts";
import { registerStart } from "./start-command.ts";

/**
 * The whole command line: `start`, and the commands of the plugins that the nearest `package.json` names.
 * It throws instead of ending the process.
 * @throws CommonwattError `CONFIG_PLUGIN` when a plugin can't be loaded.
 */
export async function createProgram(folder: string): Promise<Command> {
  const program = new Command("commonwatt")
    .description("A street is a power plant: homes that trade solar power with each other.")
    .exitOverride()
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true });
  registerStart(program);
  for (const plugin of await loadPlugins(folder)) plugin.commands(program);
  for (const command of program.commands) command.exitOverride().showHelpAfterError();
  return program;
}
