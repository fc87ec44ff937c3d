import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerCrashTest } from "./crash-test-command.ts";
import { registerDemo } from "./demo-command.ts";
import { registerDemosTest } from "./demos-test-command.ts";
import { registerLeasesTest } from "./leases-test-command.ts";
import { registerModesTest } from "./modes-test-command.ts";
import { registerSimulate } from "./simulate-command.ts";
import { registerSimulationBench } from "./simulation-bench-command.ts";

/** What this package adds to the `commonwatt` command. */
export const plugin: CommonwattPlugin = {
  name: "simulations",
  commands: (program) => {
    registerCrashTest(program);
    registerLeasesTest(program);
    registerDemo(program);
    registerSimulate(program);
    registerDemosTest(program);
    registerModesTest(program);
    registerSimulationBench(program);
  },
};
