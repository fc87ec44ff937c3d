import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { countingReply, frame, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { type ConnectionSettings, ModbusConnection } from "./modbus-connection.ts";

const PATIENT_MS = 5_000;
const ANSWER = Buffer.from([0, 7, 0, 8]);

function connectionTo(
  port: number,
  habits: Pick<ConnectionSettings, "settleMs" | "hangUpAfterRequest"> = {},
): ModbusConnection {
  const backOff = { baseMs: 50, maxMs: 60_000 };
  return new ModbusConnection({ host: "127.0.0.1", port, backOff, wallClock: systemClock, ...habits });
}

function within(timeoutMs: number): { deadlineMs: ReturnType<typeof epochMs> } {
  return { deadlineMs: epochMs(systemClock.now() + timeoutMs) };
}

const read = (connection: ModbusConnection, timeoutMs = PATIENT_MS): Promise<Buffer> =>
  connection.readRegisters(1, 7, 2, within(timeoutMs));

test("reads input registers by function 4 and writes one register by function 6", async () => {
  await using peer = await scriptedPeer((request, socket) => {
    if (request.pdu[0] === 6) socket.write(frame(request.transaction, request.unit, request.pdu));
    else socket.write(frame(request.transaction, request.unit, Buffer.from([4, 2, 0x12, 0x34])));
  });
  const connection = connectionTo(peer.port);
  const options = { ...within(PATIENT_MS), table: "input" } as const;
  expect(await connection.readRegisters(1, 13_000, 1, options)).toEqual(Buffer.from([0x12, 0x34]));
  await connection.writeRegister(1, 13_050, 0xaa, within(PATIENT_MS));
  expect(peer.requests.map(({ pdu }) => pdu.toString("hex"))).toEqual(["0432c80001", "0632fa00aa"]);
  connection.close();
});

test("a write by function 6 that is echoed otherwise is a bad frame", async () => {
  await using peer = await scriptedPeer((request, socket) => {
    socket.write(frame(request.transaction, request.unit, Buffer.from([6, 0, 7, 0, 9])));
  });
  const connection = connectionTo(peer.port);
  expect((await rejection(connection.writeRegister(1, 7, 8, within(PATIENT_MS)))).code).toBe(
    "MODBUS_BAD_FRAME",
  );
  connection.close();
});

test("leaves a new connection alone first, and hangs up after each request where the device wants it", async () => {
  const arrivedAtMs: number[] = [];
  await using peer = await scriptedPeer((request, socket) => {
    arrivedAtMs.push(systemClock.now());
    socket.write(countingReply(request));
  });
  const startedAtMs = systemClock.now();
  const connection = connectionTo(peer.port, { settleMs: 80, hangUpAfterRequest: true });
  expect(await read(connection)).toEqual(ANSWER);
  expect(await read(connection)).toEqual(ANSWER);
  expect(arrivedAtMs[0]).toBeGreaterThanOrEqual(startedAtMs + 79);
  expect(peer.connections()).toBe(2);
  // Its pause would end after the deadline: nothing is sent.
  await rejection(read(connection, 40));
  expect(peer.requests).toHaveLength(2);
  connection.close();
});
