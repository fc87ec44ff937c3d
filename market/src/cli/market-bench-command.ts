import {
  type Check,
  type CommonwattPlugin,
  checkAtLeast,
  checkAtMost,
  checkTrue,
  printChecks,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type MarketBenchResult, marketBench } from "../bench/market-bench.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

interface BenchOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly percent: number;
  readonly json?: boolean;
}

/** Adds `commonwatt market-bench`: how fast the matching core is, beside others and beside plain code. */
export function registerMarketBench(program: Program): void {
  program
    .command("market-bench")
    .summary("measure the matching core against nodejs-order-book and a naive one")
    .description(
      "Plays five workloads on the matching core, by flat calls and by objects, on nodejs-order-book and on " +
        "the naive market; first compares what they did, then times each in fresh processes by thread CPU " +
        "time. Then times single messages, a workload with every command on the disk by the wall clock, and the " +
        "call auction. Docs: market/docs/matching.md.",
    )
    .option("--rounds <n>", "turns of every engine", wholeNumber(1, 100), 5)
    .option("--seed <n>", "makes the workloads", wholeNumber(0, 1_000_000), 1)
    .option("--percent <n>", "size of the workloads; less than 100 proves nothing", wholeNumber(1, 100), 100)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ rounds, seed, percent, json = false }: BenchOptions) => {
      const result = await marketBench({ rounds, seed, scale: percent / 100 }, (step) => {
        if (json) process.stdout.write(`${JSON.stringify(step)}\n`);
      });
      const { workloads, latency, durable, auction, auction10k } = result;
      printChecks(
        process.stdout,
        json,
        { percent, workloads, latency, durable, auction, auction10k },
        checksOf(result),
      );
    });
}

function checksOf({ workloads, latency, durable, auction, auction10k }: MarketBenchResult): readonly Check[] {
  const worst = (ratio: "flatVsNodejsOrderBook" | "objectVsNodejsOrderBook"): number =>
    Math.min(...workloads.map((workload) => workload[ratio]));
  const mixed = workloads.find(({ workload }) => workload === "mixed")?.objectVsNodejsOrderBook ?? 0;
  return [
    checkAtLeast("flatVsNodejsOrderBookWorst", worst("flatVsNodejsOrderBook"), 40),
    checkAtLeast("objectVsNodejsOrderBookWorst", worst("objectVsNodejsOrderBook"), 5),
    checkAtLeast("objectVsNodejsOrderBookMixed", mixed, 10),
    checkAtLeast("durableShare", durable.share, 0.6),
    checkAtMost("latencyP999Us", latency.p999Us, 2),
    checkAtMost("callAuctionVsOnePass", auction.auctionMs / auction.onePassMs, 2),
    checkAtLeast("callAuctionVsNaiveSort", auction.naiveSortMs / auction.auctionMs, 40),
    checkTrue("callAuctionSameFills", auction.sameFills),
    checkAtMost("callAuction10kMs", auction10k.auctionMs, 0.2),
  ];
}
