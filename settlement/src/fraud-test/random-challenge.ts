import type { Random } from "@commonwatt/vpp-core";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { TREE_NUMBERS } from "../batch/leaf-salt.ts";
import type { ArchivedOrder } from "../batch/order-rows.ts";
import { type Accusation, accuse, type FraudKind, type JudgeName } from "../proofs/accusation.ts";
import type { CaseFile } from "../proofs/case-file.ts";

/** Leaves and preimages of an honest batch, drawn at random. */
interface Draw {
  readonly file: CaseFile;
  order(): unknown;
  fill(): unknown;
  reading(): unknown;
  position(): unknown;
  /** A place between fills. */
  fillCut(): unknown;
  readonly random: Random;
}

type Challenge = readonly [
  kind: FraudKind,
  judge: JudgeName,
  call: string,
  rest: (draw: Draw) => readonly unknown[],
];

/** Every function of every judge that takes court and batch first, with arguments that prove what they say. */
const CHALLENGES: readonly Challenge[] = [
  ["sequence", "HeaderJudge", "headerInterval", ({ file }) => [file.archive.rules]],
  ["rules", "HeaderJudge", "headerRules", () => []],
  ["empty-tree", "HeaderJudge", "headerEmptyTree", () => []],
  ["unknown-accounts", "HeaderJudge", "headerAccounts", () => []],
  ["order-forged", "OrderJudge", "orderForged", withOrder((_, { signed }) => [signed])],
  ["order-malformed", "OrderJudge", "orderMalformed", (draw) => [draw.order()]],
  [
    "order-malformed",
    "OrderJudge",
    "orderMisplaced",
    ({ file, random }) => {
      const index = random.integer(0, file.leaves.orders.length - 1);
      return [file.order(index), file.position(file.leaves.orders[index]?.accountIndex ?? 0)];
    },
  ],
  [
    "order-unsorted",
    "OrderJudge",
    "orderUnsorted",
    ({ file, random }) => {
      const index = random.integer(0, Math.max(0, file.leaves.orders.length - 2));
      return [file.order(index), file.order(index + 1)];
    },
  ],
  ["cancel-forged", "OrderJudge", "cancelForged", withOrder((_, { signed, end }) => [signed, end ?? NO_END])],
  ["cancel-forged", "OrderJudge", "voidForged", (draw) => [draw.order(), draw.order()]],
  ["cancel-forged", "OrderJudge", "refusalForged", withOrder((_, { signed }) => [signed])],
  ["twin", "FillJudge", "twin", withFill((file, index, twin) => [file.fill(index), file.fill(twin)])],
  [
    "fill-order",
    "FillJudge",
    "fillOrder",
    withFill((file, index, _, order) => [file.fill(index), file.order(order)]),
  ],
  [
    "overfill",
    "FillJudge",
    "overfill",
    withFill((file, index, _, order) => [file.fill(index), file.order(order)]),
  ],
  [
    "running-sum",
    "FillJudge",
    "runningSum",
    withFill((file, index) => [file.fill(index - 1), file.fill(index)]),
  ],
  ["settlement", "FillJudge", "settlement", withFill(settlementOf)],
  ["position-sum", "PositionJudge", "positionSum", (draw) => [draw.position(), draw.fillCut()]],
  ["position-metering", "PositionJudge", "positionShape", (draw) => [draw.position()]],
  ["position-metering", "PositionJudge", "positionOwner", (draw) => [draw.position()]],
  [
    "position-metering",
    "PositionJudge",
    "positionBoundary",
    ({ file, random }) => {
      const index = random.integer(0, file.leaves.positions.length - 1);
      const isEnd = random.next() < 0.5;
      const position = file.leaves.positions[index];
      const at = (isEnd ? position?.endReading : position?.startReading) ?? 0;
      return [file.position(index), isEnd, file.reading(at), file.reading(at + 1)];
    },
  ],
  [
    "position-metering",
    "PositionJudge",
    "positionUnmetered",
    ({ file, random, ...draw }) => {
      const at = random.integer(0, Math.max(0, file.leaves.readings.length - 2));
      const end = random.integer(at, Math.max(at, file.leaves.readings.length - 2));
      return [draw.position(), ...[at, at + 1, end, end + 1].map(file.reading)];
    },
  ],
  [
    "reading-forged",
    "ReadingJudge",
    "readingForged",
    ({ file, random }) => {
      const index = random.integer(0, file.leaves.readings.length - 1);
      const reading = file.opened.readings[index];
      return [file.reading(index), reading?.meterKey ?? "0x", reading?.signature ?? "0x"];
    },
  ],
  [
    "reading-unregistered",
    "ReadingJudge",
    "readingUnregistered",
    ({ file, random }) => {
      const index = random.integer(0, file.leaves.readings.length - 1);
      return [file.reading(index), file.position(file.leaves.readings[index]?.accountIndex ?? 0)];
    },
  ],
  ["reading-unsorted", "ReadingJudge", "readingUnsorted", neighbours],
  ["register-decrease", "ReadingJudge", "registerDecrease", neighbours],
  ["above-nameplate", "ReadingJudge", "aboveNameplate", neighbours],
  ["call-price", "PriceJudge", "callPrice", (draw) => [draw.fill()]],
  ["better-unfilled", "PriceJudge", "betterUnfilled", (draw) => [draw.order(), draw.fillCut()]],
  [
    "crossing",
    "PriceJudge",
    "crossing",
    (draw) => [draw.order(), draw.fillCut(), draw.order(), draw.fillCut()],
  ],
  ["overdraft", "BalanceJudge", "balanceOverdraft", balance],
  ["misplaced-leaf", "BalanceJudge", "balanceMisplaced", balance],
  ["misplaced-leaf", "BalanceJudge", "positionMisplaced", (draw) => [draw.position()]],
  ["padding", "BalanceJudge", "balancePadding", ({ file }) => [file.balance(file.header.accountCount - 1)]],
  [
    "padding",
    "HeaderJudge",
    "headerPadding",
    ({ file, random }) => {
      const trees = ["orders", "readings", "fills", "positions"] as const;
      const tree = trees[random.integer(0, trees.length - 1)] ?? "orders";
      const { [tree]: merkle } = file.trees;
      const last = merkle.leafCount - 1;
      return [TREE_NUMBERS[tree], merkle.leaf(last), merkle.proof(last)];
    },
  ],
];

const NO_END = { scope: 0, group: 0, counter: 0, replacement: ZERO_HASH, signature: "0x" };

/** A challenge that somebody might try against any batch: well formed, of its own leaves, and groundless. */
export function randomChallenge(file: CaseFile, random: Random): Accusation {
  const { leaves } = file;
  const against = [...CHALLENGES, ...succession(file, random)];
  const chosen = against[random.integer(0, against.length - 1)];
  if (chosen === undefined) throw new RangeError("there are challenges");
  if ("arguments" in chosen) return chosen;
  const [kind, judge, call, rest] = chosen;
  const any = (count: number): number => random.integer(0, Math.max(0, count - 1));
  const draw: Draw = {
    ...{ file, random },
    order: () => file.order(any(leaves.orders.length)),
    fill: () => file.fill(any(leaves.fills.length)),
    reading: () => file.reading(any(leaves.readings.length)),
    position: () => file.position(any(leaves.positions.length)),
    fillCut: () => file.fillCut(random.integer(0, leaves.fills.length)),
  };
  return accuse(kind, judge, call, ...rest(draw));
}

/** Challenges that show the batch before as well. */
function succession(file: CaseFile, random: Random): readonly Accusation[] {
  const { previous } = file;
  if (previous === null) return [];
  const index = random.integer(0, file.leaves.balances.length - 1);
  const against = (kind: FraudKind, call: string, ...rest: readonly unknown[]): Accusation => ({
    ...{ kind, judge: "BalanceJudge", call },
    arguments: (court, batch) => [
      ...[court, previous.header, file.previousBalance(index), batch, file.balance(index), ...rest],
    ],
  });
  return [
    against("regress", "balanceRegress"),
    against("balance-delta", "balanceDelta", file.position(index)),
    against("locked-spending", "balanceLockedSpending"),
    {
      ...{ kind: "sequence", judge: "HeaderJudge", call: "headerSequence" },
      arguments: (court, batch) => [court, previous.header, batch],
    },
  ];
}

function withOrder(rest: (file: CaseFile, order: ArchivedOrder) => readonly unknown[]): Challenge[3] {
  return ({ file, random }) => {
    const index = random.integer(0, file.leaves.orders.length - 1);
    const order = file.opened.orders[index];
    return order === undefined ? [] : [file.order(index), ...rest(file, order)];
  };
}

function withFill(
  rest: (file: CaseFile, index: number, twin: number, order: number) => readonly unknown[],
): Challenge[3] {
  return ({ file, random }) => {
    const index = random.integer(0, file.leaves.fills.length - 1);
    const fill = file.leaves.fills[index];
    return rest(file, index, fill?.twin ?? 0, fill?.orderIndex ?? 0);
  };
}

function settlementOf(file: CaseFile, index: number, twin: number): readonly unknown[] {
  const [fill, other] = [file.leaves.fills[index], file.leaves.fills[twin]];
  const [sale, purchase] = fill?.isSeller === true ? [fill, other] : [other, fill];
  const sites = [file.position(sale?.accountIndex ?? 0), file.position(purchase?.accountIndex ?? 0)];
  return [file.archive.rules, file.fill(index), file.fill(twin), ...sites];
}

function neighbours({ file, random }: Draw): readonly unknown[] {
  const index = random.integer(0, Math.max(0, file.leaves.readings.length - 2));
  return [file.reading(index), file.reading(index + 1)];
}

function balance({ file, random }: Draw): readonly unknown[] {
  return [file.balance(random.integer(0, file.leaves.balances.length - 1))];
}
