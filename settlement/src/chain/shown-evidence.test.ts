import { randomUUID } from "node:crypto";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { decodeEnd, decodeSignature } from "../batch/decode-signature.ts";
import { orderDomain } from "../batch/order-digest.ts";
import { encodeEnd, encodeSignature } from "../batch/order-leaf.ts";
import { orderLeaves } from "../batch/order-leaves.ts";
import { keccak256 } from "../hash/keccak.ts";
import { Draws, randomOrders } from "../testing/random-batch.ts";
import { DOMAIN } from "../testing/street.ts";
import { COURT } from "./contracts.ts";
import type { EventLog } from "./event-log.ts";
import { shownEvidence } from "./shown-evidence.ts";

const COURT_AT = `0x${"0c".repeat(20)}` as Account;

it("finds what the court was shown by its hash, and reads in it how an order was signed and ended", async () => {
  const seed = process.env["SHOWN_SEED"] ?? randomUUID();
  console.info(`orders are tried with SHOWN_SEED=${seed}`);
  const draws = new Draws(seed);
  const booked = draws.times(20, () => randomOrders(draws, "shown street")).flat();
  const orders = orderLeaves(orderDomain("shown street", DOMAIN), booked, () => 0);
  const evidenceOf = ({ signed, end }: (typeof orders)[number]): readonly Hex[] => [
    encodeSignature(signed),
    ...(end === null ? [] : [encodeEnd(end)]),
  ];
  const log: EventLog = {
    events: async (address, topics) =>
      orders.map((order, index) => {
        const args = [7, 1, index, "0x00", evidenceOf(order)];
        const event = COURT.abi.encodeEventLog("LeafShown", args);
        expect(topics.slice(0, 2)).toEqual(event.topics.slice(0, 2));
        return { address, ...event, blockNumber: 1, transactionHash: "0x", index };
      }),
  };
  const shown = await shownEvidence(log, { court: COURT_AT, block: 0 }, 7);
  for (const { leaf, signed, end } of orders) {
    expect(decodeSignature(shown.get(leaf.signedHash) ?? "0x")).toEqual(signed);
    if (end !== null) expect(decodeEnd(shown.get(keccak256(encodeEnd(end))) ?? "0x")).toEqual(end);
  }
  expect(decodeSignature("0x00")).toBeNull();
  expect(decodeSignature(`0x${"00".repeat(53)}000000ff`)).toBeNull();
  expect(decodeEnd("0x00")).toBeNull();
});
