import type { Command } from "commander";

/** Adds a package's commands to the command line. */
export type CommandRegistrar = (program: Command) => void;

/**
 * What a package adds to the `commonwatt` command. A package is a plugin when its name stands in the
 * `commonwatt.plugins` field of the nearest package.json and it exports `plugin` of this type.
 */
export interface CommonwattPlugin {
  readonly name: string;
  readonly commands: CommandRegistrar;
}
