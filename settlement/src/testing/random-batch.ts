import {
  orderId,
  signBulk,
  signCancel,
  signOrder,
  signReplacement,
  type UnsignedOrder,
} from "@commonwatt/market";
import {
  type Account,
  type BookedOrder,
  type Hex,
  intervalIndex,
  priceMicroPerKwh,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BatchHeader } from "../batch/batch-header.ts";
import type { BatchLeaves } from "../batch/batch-leaves.ts";
import type { BatchRules } from "../batch/batch-rules.ts";
import { keccakText } from "../hash/keccak.ts";
import { DOMAIN } from "./street.ts";

/** Values without end, all of them from a seed, with the least and greatest of each kind more often than by chance. */
export class Draws {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** 32 bytes. */
  word(): Hex {
    this.#count += 1;
    return keccakText(`${this.#seed}/${this.#count}`);
  }

  /** An integer of so many bits. */
  uint(bits: number): bigint {
    const word = BigInt(this.word());
    const kind = word & 15n;
    if (kind === 0n) return 0n;
    if (kind === 1n) return (1n << BigInt(bits)) - 1n;
    return (word >> 4n) & ((1n << BigInt(1 + Number((word >> 200n) % BigInt(bits)))) - 1n);
  }

  /** An integer of so many bits that JavaScript has exactly. */
  int(bits: number): number {
    return Number(this.uint(Math.min(bits, 53)));
  }

  account(): Account {
    return `0x${this.word().slice(2, 42)}` as Account;
  }

  flag(): boolean {
    return this.uint(1) === 1n;
  }

  times<Value>(count: number, make: (index: number) => Value): readonly Value[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}

/** Leaves with anything in them: whether they make sense is not their encoding's business. */
export function randomLeaves(draws: Draws, counts: Readonly<Record<keyof BatchLeaves, number>>): BatchLeaves {
  const uint128 = (): bigint => draws.uint(128);
  const price = (): number => signedInt(draws);
  return {
    orders: draws.times(counts.orders, () => ({
      ...{ digest: draws.word(), accountIndex: draws.int(32), account: draws.account(), isBid: draws.flag() },
      ...{ limitPrice: price(), energyWh: draws.int(64), intervalIndex: draws.int(64) },
      ...{ orderSalt: draws.word(), signedHash: draws.word(), ended: draws.int(8), endedHash: draws.word() },
    })),
    readings: draws.times(counts.readings, () => ({
      ...{
        accountIndex: draws.int(32),
        siteId: draws.word(),
        siteHash: draws.word(),
        sequence: draws.int(64),
      },
      ...{ takenAtMs: draws.int(64), importWh: draws.int(64), exportWh: draws.int(64) },
      ...{ meterKeyHash: draws.word(), signatureHash: draws.word() },
    })),
    fills: draws.times(counts.fills, () => ({
      ...{ twin: draws.int(32), accountIndex: draws.int(32), orderIndex: draws.int(32) },
      ...{ isSeller: draws.flag(), phase: draws.int(8), energyWh: draws.int(64), price: price() },
      ...{ settledWh: draws.int(64), paidNano: uint128(), sellerMakeWholeNano: uint128() },
      ...{ buyerMakeWholeNano: uint128(), feeNano: uint128(), orderFilledWh: draws.int(64) },
      ...{ soldWh: draws.int(64), boughtWh: draws.int(64), creditNano: uint128(), debitNano: uint128() },
    })),
    positions: draws.times(counts.positions, () => ({
      ...{ account: draws.account(), siteId: draws.word(), soldWh: draws.int(64), boughtWh: draws.int(64) },
      ...{ creditNano: uint128(), debitNano: uint128(), isMetered: draws.flag() },
      ...{ startReading: draws.int(32), endReading: draws.int(32), startImportWh: draws.int(64) },
      ...{ startExportWh: draws.int(64), endImportWh: draws.int(64), endExportWh: draws.int(64) },
    })),
    balances: draws.times(counts.balances, (index) => ({
      ...{ index, account: draws.account(), salt: draws.word() },
      // Their sums must fit 128 bits.
      ...{ credit: draws.uint(112), debit: draws.uint(112) },
    })),
  };
}

function signedInt(draws: Draws): number {
  const value = draws.int(53);
  return value > 0 && draws.flag() ? -value : value;
}

/** A header with anything in it. */
export function randomHeader(draws: Draws): BatchHeader {
  return {
    ...{ community: draws.word(), number: draws.int(64), previousHash: draws.word() },
    ...{ intervalIndex: draws.int(64), intervalStart: draws.int(64), intervalEnd: draws.int(64) },
    ...{ rulesHash: draws.word(), clearingPrice: draws.flag() ? null : signedInt(draws) },
    ...{ ordersRoot: draws.word(), orderCount: draws.int(32), readingsRoot: draws.word() },
    ...{ readingCount: draws.int(32), fillsRoot: draws.word(), fillCount: draws.int(32) },
    ...{ positionsRoot: draws.word(), balancesRoot: draws.word(), accountCount: draws.int(32) },
    ...{ creditTotal: draws.uint(128), debitTotal: draws.uint(128), feeTotal: draws.uint(128) },
    archiveHash: draws.word(),
  };
}

/** Rules with anything in them. */
export function randomRules(draws: Draws): BatchRules {
  return {
    ...{ retailPrice: signedInt(draws), feedInPrice: signedInt(draws), feePpm: draws.int(32) },
    ...{ intervalMs: draws.int(64), gateClosureMs: draws.int(64) },
  };
}

/** An order as a wallet signs it, in some way, and ended in some way or not at all. */
export function randomOrders(draws: Draws, community: string): readonly BookedOrder[] {
  const key = draws.word();
  const signedFor = { community, domain: DOMAIN };
  const interval = intervalIndex(draws.int(40));
  const unsigned = (): UnsignedOrder => ({
    ...{
      ...signedFor,
      siteId: siteId("home-1"),
      side: draws.flag() ? "bid" : "offer",
      intervalIndex: interval,
    },
    ...{
      energyWh: wattHours(1 + draws.int(52)),
      limitPrice: priceMicroPerKwh(draws.int(53)),
      salt: draws.word(),
    },
  });
  const group = draws.int(8);
  const counter = draws.int(52);
  const whose = { ...signedFor, siteId: siteId("home-1") };
  const orders = draws.flag()
    ? signBulk(draws.times(1 + draws.int(4), unsigned), { group, counter }, key)
    : [draws.flag() ? signOrder(unsigned(), key) : signReplacement(unsigned(), draws.word(), key)];
  return orders.map((order): BookedOrder => {
    const id = orderId(order);
    const end = draws.int(2);
    if (end === 0) return { id, order, ended: null };
    if (end === 1) {
      const cancel = signCancel(
        { ...whose, scope: "interval", intervalIndex: interval, counter: 1 + counter },
        key,
      );
      return { id, order, ended: { by: "interval-cancel", cancel } };
    }
    const cancel = signCancel(
      order.bulk === undefined
        ? { ...whose, scope: "order", orderId: id }
        : { ...whose, scope: "group", group, counter: counter + 1 },
      key,
    );
    return { id, order, ended: { by: order.bulk === undefined ? "order-cancel" : "group-cancel", cancel } };
  });
}
