import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerCommission } from "./cli/commission-command.ts";
import { registerDevicesBench } from "./cli/devices-bench-command.ts";
import { registerDevices } from "./cli/devices-command.ts";
import { registerDiscover } from "./cli/discover-command.ts";
import { registerEmulateCommand } from "./cli/emulate-command.ts";
import { registerFaultsTest } from "./cli/faults-test-command.ts";
import { registerRecord } from "./cli/record-command.ts";

/** What this package adds to the `commonwatt` command: `commission`, `devices`, `discover`, `emulate`, and more. */
export const plugin: CommonwattPlugin = {
  name: "@commonwatt/device-adapters",
  commands: (program) => {
    registerCommission(program);
    registerDevices(program);
    registerDevicesBench(program);
    registerDiscover(program);
    registerEmulateCommand(program);
    registerFaultsTest(program);
    registerRecord(program);
  },
};
