import { type Random, seededRandom } from "@commonwatt/vpp-core";
import { SIDE } from "../book/layout.ts";
import { MESSAGE, type Workload, type WorkloadShape } from "./workload.ts";
import { WorkloadMaker } from "./workload-maker.ts";

const { ADD, TAKE } = MESSAGE;

const { BID, OFFER } = SIDE;

/** A workload to be made: its shape, and how its next message comes about. */
interface WorkloadPlan {
  readonly shape: WorkloadShape;
  next(maker: WorkloadMaker, random: Random, shape: WorkloadShape): void;
}

const MILLION = 1_000_000;

/** An order that rests on its side of the middle, up to `away` ticks from it. */
function add(maker: WorkloadMaker, random: Random, { books, ticks }: WorkloadShape, away: number): void {
  const side = random.next() < 0.5 ? BID : OFFER;
  const offset = random.integer(0, away - 1);
  const tick = side === BID ? ticks / 2 - 1 - offset : ticks / 2 + offset;
  maker.order(ADD, random.integer(0, books - 1), side, tick, random.integer(1, 100));
}

/** An order that takes the best there is, at any price. */
function take(maker: WorkloadMaker, random: Random, { books, ticks }: WorkloadShape): void {
  const side = random.next() < 0.5 ? BID : OFFER;
  maker.order(TAKE, random.integer(0, books - 1), side, side === BID ? ticks - 1 : 0, random.integer(1, 100));
}

/** Messages of adding, cancelling and taking, in these shares; the books are filled by adding. */
function mix(addShare: number, cancelShare: number, away: number): WorkloadPlan["next"] {
  return (maker, random, shape) => {
    const chance = random.next();
    if (maker.count < shape.fill || chance < addShare) add(maker, random, shape, away);
    else if (chance < addShare + cancelShare) maker.cancelAny(random);
    else take(maker, random, shape);
  };
}

/** Where engines are compared, as shares of a workload. */
const CHECKPOINTS = [0.000_2, 0.002, 0.02, 0.1, 0.5, 1];

type Sizes = Omit<WorkloadShape, "name" | "checkpoints" | "timed"> & { readonly timed?: number };

/** A workload, of a million timed messages unless it says so; scaled with all but its prices and sites. */
function plan(name: string, scale: number, sizes: Sizes, next: WorkloadPlan["next"]): WorkloadPlan {
  const size = (count: number): number => Math.ceil(count * scale);
  const timed = size(sizes.timed ?? MILLION);
  const shape: WorkloadShape = {
    name,
    books: sizes.books === 1 ? 1 : size(sizes.books),
    ticks: sizes.ticks,
    sites: sizes.sites,
    restingMax: size(sizes.restingMax),
    fill: size(sizes.fill),
    timed,
    checkpoints: CHECKPOINTS.map((share) => Math.ceil(timed * share)),
  };
  return { shape, next };
}

/** The five workloads. `scale` below 1 makes them smaller, for tests. */
function plans(scale: number): readonly WorkloadPlan[] {
  const one = { books: 1, sites: 64 };
  return [
    plan("mixed", scale, { ...one, ticks: 2_000, restingMax: 65_535, fill: 10_000 }, mix(0.5, 0.35, 1_000)),
    plan(
      "match",
      scale,
      { ...one, ticks: 2_000, restingMax: 500_000, fill: 500_000, timed: 500_000 },
      (maker, random, shape) => {
        if (maker.count < shape.fill) add(maker, random, shape, 1_000);
        else take(maker, random, shape);
      },
    ),
    plan("deep", scale, { ...one, ticks: 20, restingMax: 131_072, fill: 40_000 }, mix(0.5, 0.45, 10)),
    plan(
      "moves",
      scale,
      { ...one, ticks: 1_500, restingMax: 65_535, fill: 1_000 },
      (maker, random, shape) => {
        const chance = random.next();
        if (maker.count < shape.fill || chance < 0.09) add(maker, random, shape, 750);
        else if (chance < 0.12) take(maker, random, shape);
        else if (chance < 0.18) maker.cancelAny(random);
        else maker.moveAny(random, 20);
      },
    ),
    plan(
      "manyThinBooks",
      scale,
      { books: 9_600, sites: 8, ticks: 2_048, restingMax: 262_143, fill: 76_800 },
      mix(0.5, 0.35, 50),
    ),
  ];
}

/** Names of the five workloads. */
export const WORKLOADS: readonly string[] = plans(1).map(({ shape }) => shape.name);

/** Makes a workload from a seed: the same seed makes the same messages on every machine. */
export function makeWorkload(name: string, seed: number, scale = 1): Workload {
  const plan = plans(scale).find(({ shape }) => shape.name === name);
  if (plan === undefined) throw new RangeError(`no workload is called ${name}`);
  const { shape, next } = plan;
  const maker = new WorkloadMaker(shape);
  const random = seededRandom(`${seed}/${name}`);
  while (maker.count < shape.fill + shape.timed) next(maker, random, shape);
  return { shape, messages: maker.messages };
}
