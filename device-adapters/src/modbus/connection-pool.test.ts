import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { countingReply, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { holdConnection } from "./connection-pool.ts";

const backOff = { baseMs: 1_000, maxMs: 60_000 };

test("holders of one address share a connection until the last lets go", async () => {
  await using peer = await scriptedPeer((request, socket) => socket.write(countingReply(request)));
  const settings = { host: "127.0.0.1", port: peer.port, backOff, wallClock: { ...systemClock } };
  const options = { deadlineMs: epochMs(systemClock.now() + 5_000) };
  const [first, second] = [holdConnection(settings), holdConnection(settings)];
  expect(first.connection).toBe(second.connection);
  first.release();
  first.release();
  expect(await second.connection.readRegisters(1, 3, 1, options)).toEqual(Buffer.from([0, 3]));
  second.release();
  expect((await rejection(second.connection.readRegisters(1, 3, 1, options))).code).toBe("MODBUS_CLOSED");
  const third = holdConnection(settings);
  expect(third.connection).not.toBe(first.connection);
  third.release();
});
