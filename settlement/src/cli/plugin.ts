import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerChainFaultsTest } from "./chain-faults-command.ts";
import { registerDeploy } from "./deploy-command.ts";
import { registerEscrow } from "./escrow-command.ts";
import { registerFraudTest } from "./fraud-test-command.ts";
import { registerSettlementBench } from "./settlement-bench-command.ts";
import { registerSite } from "./site-command.ts";
import { registerStatement } from "./statement-command.ts";
import { registerWatch } from "./watch-command.ts";

/**
 * What the settlement adds to the `commonwatt` command: `deploy`, `watch`, `escrow`, `site`, `statement`, `chain-faults-test`,
 * `fraud-test`, `settlement-bench`.
 */
export const plugin: CommonwattPlugin = {
  name: "settlement",
  commands(program) {
    registerDeploy(program);
    registerWatch(program);
    registerEscrow(program);
    registerSite(program);
    registerStatement(program);
    registerChainFaultsTest(program);
    registerFraudTest(program);
    registerSettlementBench(program);
  },
};
