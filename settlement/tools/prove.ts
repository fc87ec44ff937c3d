import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Check, printChecks } from "@commonwatt/vpp-core";
import solc from "solc";

/** Mistakes that the proof must find: what stands in the ledger, and what would stand there instead. */
const BUGS = [
  {
    name: "roundsUp",
    right: "(gained - spent) / nanoPerUnit",
    wrong: "(gained - spent + nanoPerUnit - 1) / nanoPerUnit",
  },
  { name: "forgetsWithdrawals", right: "withdrawn * nanoPerUnit + debit", wrong: "debit" },
  { name: "forgetsDebits", right: "withdrawn * nanoPerUnit + debit", wrong: "withdrawn * nanoPerUnit" },
  {
    name: "paysFeesAgain",
    right: "feeTotal / nanoPerUnit - claimed",
    wrong: "feeTotal / nanoPerUnit",
  },
] as const;

/** solc's codes: a condition that does not hold, and how many hold. */
const VIOLATED = "4661";
const PROVED = "6002";
const SOLVER_SECONDS = 60;
const LEDGER = "contracts/libraries/Ledger.sol";
const PROOF = "proofs/LedgerProof.sol";

interface Verdict {
  /** Assertions that hold whatever the amounts. */
  readonly proved: number;
  /** Assertions for which the solver found amounts that break them. */
  readonly violated: number;
  readonly messages: readonly string[];
}

/** Asks z3, as solc's model checker wants it asked. */
function solve(query: string): { contents: string } | { error: string } {
  const { stdout, error } = spawnSync("z3", ["-smt2", "-in", `-T:${SOLVER_SECONDS}`], {
    input: query,
    encoding: "utf8",
  });
  return error === undefined ? { contents: stdout } : { error: error.message };
}

/** Runs solc's bounded model checker over the proof; its steps have no loops, so the bound leaves nothing out. */
function check(ledger: string): Verdict {
  const sources = { [LEDGER]: { content: ledger }, [PROOF]: { content: read(PROOF) } };
  const modelChecker = {
    engine: "bmc",
    contracts: { [PROOF]: ["LedgerProof"] },
    solvers: ["smtlib2"],
    targets: ["assert"],
    divModNoSlacks: true,
  };
  const input = JSON.stringify({ language: "Solidity", sources, settings: { modelChecker } });
  const output = JSON.parse(String(solc.compile(input, { smtSolver: solve }))) as {
    readonly errors: readonly { readonly errorCode: string; readonly message: string }[];
  };
  const proved = output.errors.find((note) => note.errorCode === PROVED)?.message ?? "";
  return {
    proved: Number(/BMC: (\d+) verification/.exec(proved)?.[1] ?? 0),
    violated: output.errors.filter((note) => note.errorCode === VIOLATED).length,
    messages: output.errors.map((note) => note.message.split("\n")[0] ?? ""),
  };
}

function read(path: string): string {
  return readFileSync(resolve(import.meta.dirname, "..", path), "utf8");
}

// Proves that the escrow's ledger conserves, and that the proof would fail if it did not: npm run prove
const ledger = read(LEDGER);
const asserted = read(PROOF).match(/\bassert\(/g)?.length ?? 0;
if (spawnSync("z3", ["--version"]).error !== undefined) throw new Error("z3 is not installed");

const honest = check(ledger);
const checks: Check[] = [
  {
    name: "assertionsProved",
    value: honest.proved,
    target: `${asserted}`,
    holds: honest.proved === asserted,
  },
];
if (honest.proved !== asserted) console.error(honest.messages.join("\n"));
for (const { name, right, wrong } of BUGS) {
  if (!ledger.includes(right)) throw new Error(`the ledger has no "${right}" to replace`);
  const { violated } = check(ledger.replace(right, wrong));
  checks.push({ name, value: violated, target: ">=1", holds: violated >= 1 });
}
printChecks(process.stdout, process.argv.includes("--json"), { asserted }, checks);
