import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerEmulateCommand } from "./cli/emulate-command.ts";

/** What this package adds to the `commonwatt` command: `emulate`. */
export const plugin: CommonwattPlugin = {
  name: "@commonwatt/device-adapters",
  commands: registerEmulateCommand,
};
