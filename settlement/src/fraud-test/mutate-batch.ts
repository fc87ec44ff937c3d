import type { Random } from "@commonwatt/vpp-core";
import type { BatchArchive, BatchFile } from "../batch/batch-archive.ts";
import { type BatchHeader, headerFromJson, headerToJson } from "../batch/batch-header.ts";
import { leavesOf, openArchive, treesOf } from "../batch/batch-leaves.ts";
import { headerOf } from "../batch/build-batch.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import { balanceToRow } from "../batch/money-rows.ts";
import { hashSignature } from "../batch/order-leaf.ts";
import { lyingFills, lyingOrders, lyingPositions, lyingReadings } from "./lying-rows.ts";
import { mutateField, mutateOrder, mutateReading } from "./mutate-leaf.ts";

/** A batch in which exactly one thing is another than it should be. */
export interface Mutation {
  /** What was changed, such as `order.limitPrice`. */
  readonly what: string;
  readonly batch: BatchFile;
}

const HEADER_FIELDS = [
  ...["community", "number", "previousHash", "intervalIndex", "intervalStart", "intervalEnd", "rulesHash"],
  ...["clearingPrice", "ordersRoot", "orderCount", "readingsRoot", "readingCount", "fillsRoot", "fillCount"],
  ...[
    "positionsRoot",
    "balancesRoot",
    "accountCount",
    "creditTotal",
    "debitTotal",
    "feeTotal",
    "archiveHash",
  ],
] as const satisfies readonly (keyof BatchHeader)[];

/** What can be changed, and how often each comes up beside the others: about as often as it has fields. */
const CHANGES = {
  header: 26,
  order: 14,
  signed: 6,
  end: 5,
  counter: 3,
  reading: 11,
  meter: 2,
  fill: 17,
  position: 13,
  balance: 20,
  withheld: 5,
  "left-out": 2,
} as const;

/** How often a certain element of a list is taken: of the balances, the one whose money is locked. */
const FAVOURITE_SHARE = 0.4;

type Change = keyof typeof CHANGES;

/** Changes one thing of an honest batch: a field of its header, of a leaf, of what was signed, or hides a leaf. */
export function mutateBatch(honest: BatchFile, random: Random): Mutation {
  for (;;) {
    const mutation = change(pickChange(random), honest, random);
    if (mutation !== null) return mutation;
  }
}

function pickChange(random: Random): Change {
  const names = Object.keys(CHANGES) as Change[];
  const total = names.reduce((sum, name) => sum + CHANGES[name], 0);
  let at = random.integer(0, total - 1);
  for (const name of names) {
    if (at < CHANGES[name]) return name;
    at -= CHANGES[name];
  }
  return "header";
}

/** `null` when the batch has nothing of that kind. */
function change(kind: Change, honest: BatchFile, random: Random): Mutation | null {
  const { archive } = honest;
  switch (kind) {
    case "header":
      return mutateHeader(honest, random);
    case "withheld":
      return withholdLeaf(honest, random);
    case "left-out":
      return leaveOut(archive);
    case "counter":
      return lowerCounter(archive, random);
    case "order":
    case "signed":
    case "end":
      return inList(
        openArchive(archive).orders,
        random,
        (order) => mutateOrder(kind, order, random),
        (orders, what) => rebuilt({ ...archive, orders: lyingOrders(archive, orders) }, what),
      );
    case "reading":
    case "meter":
      return inList(
        openArchive(archive).readings,
        random,
        (reading) => mutateReading(kind, reading, random),
        (readings, what) => rebuilt({ ...archive, readings: lyingReadings(archive, readings) }, what),
      );
    case "fill":
      return inList(
        leavesOf(archive).fills,
        random,
        (fill) => {
          const [mutated, field] = mutateField(fill, random);
          return field === "orderIndex" && fitsAsWell(mutated, archive) ? null : [mutated, `fill.${field}`];
        },
        (fills, what) => rebuilt({ ...archive, fills: lyingFills(archive, fills) }, what),
      );
    case "position":
      return inList(
        leavesOf(archive).positions,
        random,
        (position) => {
          const [mutated, field] = mutateField(position, random);
          return [mutated, `position.${field}`];
        },
        (positions, what) => rebuilt({ ...archive, positions: lyingPositions(archive, positions) }, what),
      );
    case "balance":
      return inList(
        archive.balances,
        random,
        ([index, account, credit, debit]) => {
          const leaf = { index, account, credit: BigInt(credit), debit: BigInt(debit) };
          const [balance, field] = mutateField(leaf, random);
          return [balanceToRow({ ...balance, salt: "0x" }), `balance.${field}`];
        },
        (balances, what) => rebuilt({ ...archive, balances }, what),
        archive.balances.length - 2,
      );
  }
}

/**
 * Whether a fill is right for the order that it names now: another order of its account, that wanted as much
 * at as good a price and had not ended before the call. Who trades what with whom for how much is then as before, so nobody is lied to.
 */
function fitsAsWell(fill: FillLeaf, archive: BatchArchive): boolean {
  const order = leavesOf(archive).orders[fill.orderIndex];
  if (order === undefined || order.accountIndex !== fill.accountIndex) return false;
  if (fill.phase === 1 && order.ended !== 0) return false;
  const isWithin = order.isBid ? fill.price <= order.limitPrice : fill.price >= order.limitPrice;
  return order.isBid !== fill.isSeller && isWithin && fill.orderFilledWh <= order.energyWh;
}

/** Changes one element of a list, if there is one and it can be changed. */
function inList<Element>(
  list: readonly Element[],
  random: Random,
  mutate: (element: Element) => readonly [Element, string] | null,
  build: (list: readonly Element[], what: string) => Mutation | null,
  favourite: number = 0,
): Mutation | null {
  if (list.length === 0) return null;
  const at = random.next() < FAVOURITE_SHARE ? favourite : random.integer(0, list.length - 1);
  const element = list[at];
  const mutated = element === undefined ? null : mutate(element);
  if (mutated === null) return null;
  return build(
    list.map((one, index) => (index === at ? mutated[0] : one)),
    mutated[1],
  );
}

function mutateHeader({ header, archive }: BatchFile, random: Random): Mutation {
  const [mutated, field] = mutateField(headerFromJson(header), random, HEADER_FIELDS);
  return { what: `header.${field}`, batch: { header: headerToJson(mutated), archive } };
}

/** A leaf that stands in the tree and not in the archive. */
function withholdLeaf({ header, archive }: BatchFile, random: Random): Mutation | null {
  const parts = ["orders", "readings", "fills", "positions", "balances"] as const;
  const part = parts[random.integer(0, parts.length - 1)] ?? "orders";
  const list: readonly unknown[] = archive[part];
  if (list.length === 0) return null;
  const at = random.integer(0, list.length - 1);
  const kept = list.filter((_, index) => index !== at);
  return { what: `withheld: ${part}`, batch: { header, archive: { ...archive, [part]: kept } } };
}

/** The inbox's order overlooked: it stands neither in the tree nor in the archive. */
function leaveOut(archive: BatchArchive): Mutation | null {
  const leaves = leavesOf(archive);
  const at = leaves.orders.findIndex(({ limitPrice }) => limitPrice === 1);
  if (at < 0) return null;
  const orders = archive.orders.filter((_, index) => index !== at);
  const fills = leaves.fills.map((fill) => ({
    ...fill,
    orderIndex: fill.orderIndex - (fill.orderIndex > at ? 1 : 0),
  }));
  const others = { ...archive, orders };
  return rebuilt({ ...others, fills: lyingFills(others, fills) }, "left out: inbox order");
}

/** An order of the call auction made one of a group that was cancelled on the chain before. */
function lowerCounter(archive: BatchArchive, random: Random): Mutation | null {
  const opened = openArchive(archive);
  const { fills } = opened.leaves;
  const candidates = opened.orders.flatMap((order, index) => {
    const isCalled = fills.some(({ orderIndex, phase }) => orderIndex === index && phase === 1);
    return isCalled && order.signed.kind === 1 && order.signed.counter > 0 ? [index] : [];
  });
  const at = candidates[random.integer(0, Math.max(0, candidates.length - 1))];
  const orders = opened.orders.map((order, index) => {
    if (index !== at) return order;
    const signed = { ...order.signed, counter: random.integer(0, order.signed.counter - 1) };
    const signedHash = hashSignature(signed);
    return { ...order, leaf: { ...order.leaf, signedHash }, signed, signedHash };
  });
  if (at === undefined) return null;
  return rebuilt({ ...archive, orders: lyingOrders(archive, orders) }, "signed.counter");
}

/** A header that fits the changed leaves: what an operator would commit. `null` when none can. */
function rebuilt(archive: BatchArchive, what: string): Mutation | null {
  const leaves = leavesOf(archive);
  const trees = treesOf(archive.seed, leaves);
  const { credit: creditTotal, debit: debitTotal } = trees.balances.root;
  const feeTotal = debitTotal - creditTotal;
  if (feeTotal < 0n || debitTotal >> 128n !== 0n) return null;
  const header = headerOf(archive, leaves, trees, { creditTotal, debitTotal, feeTotal });
  return { what, batch: { header: headerToJson(header), archive } };
}
