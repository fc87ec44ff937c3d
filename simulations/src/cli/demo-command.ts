import { LIE_KINDS, type LieKind } from "@commonwatt/settlement";
import {
  type Check,
  CommonwattError,
  checkTrue,
  checkZero,
  printChecks,
  stopRequest,
  wholeNumber,
} from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { type FraudDemoResult, fraudDemo, type Tell } from "../fraud-demo/fraud-demo.ts";
import { LIES } from "../fraud-demo/fraud-story.ts";

const HOMES_MAX = 50;

/** Adds `commonwatt demo fraud`: an operator that lies, and a watcher that catches it. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("see what the settlement is made for")
    .command("fraud")
    .summary("an operator lies in one batch, and a watcher takes it back")
    .description(
      "Runs a street whose operator commits one batch with a lie in it. A watcher in a process of its own, with " +
        "nothing but the chain and the operator's public API, recomputes the batch, proves the lie before the court " +
        "and takes half of the operator's bond.",
    )
    .requiredOption("--kind <kind>", `which lie: ${LIE_KINDS.join(", ")}`, lieKind)
    .option("--homes <n>", "homes of the street", wholeNumber(3, HOMES_MAX), 6)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ kind, homes, json = false }: { kind: LieKind; homes: number; json?: boolean }) => {
      const tell: Tell = (who, words) => {
        const line = json ? JSON.stringify({ event: "story", who, words }) : `${who.padEnd(8)}  ${words}`;
        process.stdout.write(`${line}\n`);
      };
      const result = await fraudDemo(kind, homes, tell, stopRequest(process, process.stdout));
      printChecks(process.stdout, json, result, checksOf(result));
    });
}

function checksOf(result: FraudDemoResult): readonly Check[] {
  const { proof } = LIES[result.kind];
  const isProved = result.proofs.includes(proof);
  return [
    checkTrue("slashed", result.slashed),
    { name: "provedAsSuch", value: Number(isProved), target: `1, ${proof}`, holds: isProved },
    {
      name: "rewardMicro",
      value: Number(result.rewardMicro),
      target: ">0",
      holds: BigInt(result.rewardMicro) > 0n,
    },
    ...(result.strangePeers === null ? [] : [checkZero("strangePeers", result.strangePeers)]),
    { name: "honestRight", value: result.honestRight, target: ">=1", holds: result.honestRight >= 1 },
  ];
}

function lieKind(text: string): LieKind {
  const found = LIE_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw new CommonwattError("USAGE_LIE", `--kind is ${text}; allowed: ${LIE_KINDS.join(", ")}`);
}
