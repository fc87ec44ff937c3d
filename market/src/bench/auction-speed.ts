import { median, seededRandom } from "@commonwatt/vpp-core";
import { ArrayAuction, type OrderArrays } from "../book/call-auction-arrays.ts";
import { keyOf } from "../book/layout.ts";
import { type CallOrder, clearNaively } from "../reference/naive-call-auction.ts";
import { cpuSeconds } from "./cpu-time.ts";

const TICKS = 4_096;
const SITES = 10_000;

/** How fast the call auction clears; times in ms of CPU. */
export interface AuctionSpeed {
  readonly orders: number;
  readonly auctionMs: number;
  /** One pass that reads every order, adds it to demand or supply and writes one result for it. */
  readonly onePassMs: number;
  /** Objects sorted by price; once, since it takes long. */
  readonly naiveSortMs: number;
  /** Whether price, volume and the fill of every order are those of the naive auction. */
  readonly sameFills: boolean;
}

/** Times the auction of so many orders on 4,096 ticks, in turns with one plain pass over the same arrays. */
export function auctionSpeed(count: number, seed: number): AuctionSpeed {
  const orders = makeOrders(count, seed);
  const fillsWh = new Int32Array(count);
  const auction = new ArrayAuction(TICKS);
  const clear = (): unknown => auction.clear(orders, 500, seed, fillsWh);
  const pass = (): unknown => onePass(orders, fillsWh);
  const repeats = Math.max(3, Math.ceil(3_000_000 / count));
  const times = { clear: [] as number[], pass: [] as number[] };
  for (let turn = 0; turn < 9; turn++) {
    times.clear.push(timeOf(clear, repeats));
    times.pass.push(timeOf(pass, repeats));
  }
  const outcome = auction.clear(orders, 500, seed, fillsWh);
  const objects = objectsOf(orders);
  const spent = cpuSeconds();
  const naive = clearNaively(objects, 500, seed);
  const naiveSortMs = spent() * 1_000;
  return {
    orders: count,
    auctionMs: median(times.clear.slice(1)),
    onePassMs: median(times.pass.slice(1)),
    naiveSortMs,
    sameFills:
      naive.tick === outcome.tick &&
      naive.volumeWh === outcome.volumeWh &&
      naive.fillsWh.every((fillWh, i) => fillWh === fillsWh[i]),
  };
}

function timeOf(work: () => unknown, repeats: number): number {
  const spent = cpuSeconds();
  for (let i = 0; i < repeats; i++) work();
  return (spent() * 1_000) / repeats;
}

function onePass({ keys, quantitiesWh }: OrderArrays, resultsWh: Int32Array): number {
  const count = keys.length;
  let [demandWh, supplyWh] = [0, 0];
  for (let i = 0; i < count; i++) {
    const quantityWh = quantitiesWh[i] as number;
    if ((keys[i] as number) < 0) supplyWh += quantityWh;
    else demandWh += quantityWh;
    resultsWh[i] = quantityWh;
  }
  return demandWh - supplyWh;
}

function makeOrders(count: number, seed: number): OrderArrays {
  const random = seededRandom(`${seed}/auction`);
  const orders: OrderArrays = {
    keys: new Int32Array(count),
    quantitiesWh: new Int32Array(count),
    sites: new Int32Array(count),
  };
  for (let i = 0; i < count; i++) {
    orders.keys[i] = keyOf(random.next() < 0.5 ? 0 : 1, random.integer(0, TICKS - 1));
    orders.quantitiesWh[i] = random.integer(1, 100);
    orders.sites[i] = random.integer(0, SITES - 1);
  }
  return orders;
}

function objectsOf({ keys, quantitiesWh, sites }: OrderArrays): CallOrder[] {
  return Array.from(keys, (key, i) => ({
    site: sites[i] as number,
    side: key < 0 ? 1 : 0,
    tick: key < 0 ? ~key : key,
    quantityWh: quantitiesWh[i] as number,
  }));
}
