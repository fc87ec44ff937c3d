import type { Account, Hex } from "@commonwatt/vpp-core";
import { expect, it } from "vitest";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { keccak256 } from "../hash/keccak.ts";
import type { InboxOrder } from "../proofs/chain-facts.ts";
import { COURT } from "./contracts.ts";
import type { EventLog } from "./event-log.ts";
import { readInbox } from "./inbox-reader.ts";
import { encodeInboxOrder } from "./judge-calls.ts";

const ACCOUNT = `0x${"0c".repeat(20)}` as Account;
const ORDER: InboxOrder = {
  ...{ account: ACCOUNT, isBid: true, limitPrice: 1, energyWh: 1, intervalIndex: 5, orderSalt: ZERO_HASH },
  signature: { kind: 1, replaces: ZERO_HASH, group: 0, counter: 0, index: 0, proof: [], signature: "0x" },
};

/** What the court says when somebody puts bytes into its inbox. */
function submitted(bytes: Hex) {
  const { topics, data } = COURT.abi.encodeEventLog("OrderSubmitted", [ACCOUNT, keccak256(bytes), bytes]);
  return { address: ACCOUNT, topics, data, blockNumber: 1, transactionHash: ZERO_HASH, index: 0 };
}

it("passes over numbers beyond all orders, which a stranger put into the inbox, and reads what is behind them", async () => {
  const beyond = [2n ** 63n - 1n, 2n ** 53n, -(2n ** 53n)] as unknown as readonly number[];
  const strange = beyond.flatMap((value): InboxOrder[] => {
    const { signature } = ORDER;
    const signed = [{ ...ORDER, limitPrice: value }];
    if (value < 0) return signed;
    return [
      ...signed,
      ...[
        { ...ORDER, energyWh: value },
        { ...ORDER, intervalIndex: value },
      ],
      ...[
        { ...signature, group: value },
        { ...signature, counter: value },
      ].map((other) => ({ ...ORDER, signature: other })),
    ];
  });
  expect(strange).toHaveLength(11);
  const events = [...strange, ORDER].map((order) => submitted(encodeInboxOrder(order)));
  const log: EventLog = { events: async () => [submitted("0x"), submitted("0x1234"), ...events] };
  const found = await readInbox(log, { court: ACCOUNT }, new Set([ACCOUNT]), 0);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    order: { ...ORDER, account: expect.stringMatching(/^0x0c/i) },
    blockNumber: 1,
  });
});

it("keeps the group of an order that is signed alone, as a judge does, up to what anybody is made to take", async () => {
  const groups = [2 ** 53 - 1, (2n ** 53n) as unknown as number];
  const alone = groups.map(
    (group): InboxOrder => ({ ...ORDER, signature: { ...ORDER.signature, kind: 0, group } }),
  );
  const log: EventLog = { events: async () => alone.map((order) => submitted(encodeInboxOrder(order))) };
  const found = await readInbox(log, { court: ACCOUNT }, new Set([ACCOUNT]), 0);
  expect(found.map(({ order }) => order.signature.group)).toEqual([2 ** 53 - 1]);
});
