import { runForge } from "./forge.ts";

// Runs forge as its arguments say and exits as it does: node tools/run-forge.ts test --match-contract Deposits
const { status } = runForge(process.argv.slice(2), {}, "inherit");
process.exitCode = status ?? 1;
