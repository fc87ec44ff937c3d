import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { countingReply, frame, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { FrameWatch } from "./frame-watch.ts";
import { ModbusConnection } from "./modbus-connection.ts";

const FRAME = frame(7, 1, Buffer.from([3, 4, 0, 7, 0, 8]));

test("knows at every byte whether a frame is whole", () => {
  const watch = new FrameWatch();
  const seen = [...FRAME, ...FRAME].map((byte) => {
    watch.take(Buffer.from([byte]));
    return watch.isMidFrame;
  });
  const whole = seen.flatMap((isMidFrame, at) => (isMidFrame ? [] : [at + 1]));
  expect(whole).toEqual([FRAME.length, 2 * FRAME.length]);
});

test("takes frames in one piece, and the beginning of the next", () => {
  const watch = new FrameWatch();
  watch.take(Buffer.concat([FRAME, FRAME]));
  expect(watch.isMidFrame).toBe(false);
  watch.take(Buffer.concat([FRAME, FRAME.subarray(0, 8)]));
  expect(watch.isMidFrame).toBe(true);
  watch.take(FRAME.subarray(8));
  expect(watch.isMidFrame).toBe(false);
});

test("a truncated reply costs its own request alone: the next one starts on a clean stream", async () => {
  await using peer = await scriptedPeer((request, socket) => {
    const reply = countingReply(request);
    socket.write(peer.requests.length === 1 ? reply.subarray(0, 10) : reply);
  });
  const connection = new ModbusConnection({
    host: "127.0.0.1",
    port: peer.port,
    backOff: { baseMs: 50, maxMs: 60_000 },
    wallClock: systemClock,
  });
  const read = (timeoutMs: number): Promise<Buffer> =>
    connection.readRegisters(1, 7, 2, { deadlineMs: epochMs(systemClock.now() + timeoutMs) });
  expect((await rejection(read(100))).code).toBe("MODBUS_TIMEOUT");
  expect(await read(5_000)).toEqual(Buffer.from([0, 7, 0, 8]));
  expect(connection.generation).toBe(2);
  connection.close();
});
