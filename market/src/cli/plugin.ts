import type { CommonwattPlugin } from "@commonwatt/vpp-core";
import { registerClear } from "./clear-command.ts";
import { registerJournalTest } from "./journal-test-command.ts";
import { registerMarketBench } from "./market-bench-command.ts";
import { runReplay } from "./replay-command.ts";

/** What the market adds to the `commonwatt` command: `clear <orders>`, `replay <folder>`, `journal-test`, `market-bench`. */
export const plugin: CommonwattPlugin = {
  name: "market",
  commands(program) {
    registerClear(program);
    registerJournalTest(program);
    registerMarketBench(program);
    program
      .command("replay")
      .summary("replay a market's journal and print what it amounts to")
      .description(
        "Replays the journal of a live market from its first record, checks every signature again and prints the " +
          "clearings, the counts and the state hash; or that of durable books from its newest snapshot, and prints " +
          "books, orders and state hash. Reads only: a running market's journal may be replayed.",
      )
      .argument("<folder>", "folder that holds the journal")
      .option("--json", "print NDJSON; the last line is the summary")
      .action(async (folder: string, options: { readonly json?: boolean }) => {
        process.exitCode = await runReplay(folder, options.json === true, {
          line: (text) => process.stdout.write(`${text}\n`),
          errorLine: (text) => process.stderr.write(`${text}\n`),
        });
      });
  },
};
