import { type Check, type CommonwattPlugin, checkZero, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import { type KillTestResult, killTest } from "../kill-test/kill-test.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

/** Adds `commonwatt journal-test`: kills a market's process under load and compares what is left. */
export function registerJournalTest(program: Program): void {
  program
    .command("journal-test")
    .summary("kill a market under load again and again, and look for orders that were lost or doubled")
    .description(
      "Kills a process that takes orders into durable books, at random moments and while it takes snapshots, and " +
        "tears the journal's end. Each time compares every record and the recovered state with the same load " +
        "played in memory. Flips every bit of a sample journal and its snapshot. Docs: market/docs/journal.md.",
    )
    .option("--kills <n>", "how often", wholeNumber(1, 10_000), 200)
    .option("--seed <n>", "decides orders and moments", wholeNumber(0, 1_000_000), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ kills, seed, json = false }: { kills: number; seed: number; json?: boolean }) => {
      const result = await killTest({ kills, seed }, (outcome) => {
        if (json) process.stdout.write(`${JSON.stringify({ event: "kill", ...outcome })}\n`);
      });
      printChecks(process.stdout, json, { seed, ...result }, checksOf(result));
    });
}

function checksOf(result: KillTestResult): readonly Check[] {
  const isZero = (name: keyof KillTestResult): Check => checkZero(name, result[name]);
  const isSome = (name: keyof KillTestResult): Check => ({
    name,
    value: result[name],
    target: ">0",
    holds: result[name] > 0,
  });
  return [
    isZero("acknowledgedLost"),
    isZero("duplicated"),
    isZero("wrongRecords"),
    isZero("hashesUnequal"),
    isZero("flipsUndetected"),
    ...(["comparedRecords", "recoveries", "flippedBits"] as const).map(isSome),
    // Fewer kills may all have come too early for that.
    ...(result.kills >= 20 ? (["recoveriesFromSnapshot", "filesRemoved"] as const).map(isSome) : []),
  ];
}
