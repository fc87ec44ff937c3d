import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerCrashTest } from "./crash-test-command.ts";

/** What this package adds to the `commonwatt` command. */
export const plugin: CommonwattPlugin = { name: "simulations", commands: registerCrashTest };
