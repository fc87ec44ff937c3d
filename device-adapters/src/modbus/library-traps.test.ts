import type { Socket } from "node:net";
import { durationMs, epochMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { countingReply, frame, type PeerRequest, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { ModbusConnection } from "./modbus-connection.ts";

const PATIENT_MS = 5_000;
const IMPATIENT_MS = 150;
/** Transaction ids of the library begin anew after so many. */
const IDS = 256;

function connectionTo(port: number): ModbusConnection {
  const backOff = { baseMs: 50, maxMs: 60_000 };
  return new ModbusConnection({ host: "127.0.0.1", port, backOff, wallClock: systemClock });
}

function read(connection: ModbusConnection, address: number, timeoutMs = PATIENT_MS): Promise<Buffer> {
  return connection.readRegisters(1, address, 1, { deadlineMs: epochMs(systemClock.now() + timeoutMs) });
}

/** Does something else to the first request, and answers all others. */
function spoilingFirst(spoil: (request: PeerRequest, socket: Socket) => void) {
  let isFirst = true;
  return scriptedPeer((request, socket) => {
    if (isFirst) spoil(request, socket);
    else socket.write(countingReply(request));
    isFirst = false;
  });
}

test("modbus-serial: a reply to another transaction is not taken for ours", async () => {
  await using peer = await spoilingFirst((request, socket) => {
    socket.write(frame(request.transaction ^ 0xff, 1, Buffer.from([3, 2, 9, 9])));
  });
  const connection = connectionTo(peer.port);
  expect((await rejection(read(connection, 7, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  expect((await read(connection, 8)).readUInt16BE(0)).toBe(8);
  connection.close();
});

test("modbus-serial: a reply of another protocol would be taken: it ends the connection, and the next request works", async () => {
  await using peer = await spoilingFirst((request, socket) => {
    const reply = countingReply(request);
    reply.writeUInt16BE(1, 2);
    socket.write(reply);
  });
  const connection = connectionTo(peer.port);
  expect(await rejection(read(connection, 7))).toMatchObject({
    code: "MODBUS_CONNECTION_LOST",
    retryable: true,
  });
  expect((await read(connection, 8)).readUInt16BE(0)).toBe(8);
  expect(connection.generation).toBe(2);
  connection.close();
});

test("modbus-serial: a late reply and the right one in one piece: each to its own", async () => {
  let late: Buffer | null = null;
  await using peer = await scriptedPeer((request, socket) => {
    if (late === null) late = countingReply(request);
    else socket.write(Buffer.concat([late, countingReply(request)]));
  });
  const connection = connectionTo(peer.port);
  expect((await rejection(read(connection, 7, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  expect((await read(connection, 8)).readUInt16BE(0)).toBe(8);
  connection.close();
});

test("modbus-serial: transaction ids begin anew after 256: every reply is still for its own request", async () => {
  await using peer = await scriptedPeer((request, socket) => socket.write(countingReply(request)));
  const connection = connectionTo(peer.port);
  const addresses = Array.from({ length: 2 * IDS + 10 }, (_, index) => index);
  const values = await Promise.all(addresses.map((address) => read(connection, address)));
  expect(values.map((bytes) => bytes.readUInt16BE(0))).toEqual(addresses);
  expect(new Set(peer.requests.map(({ transaction }) => transaction)).size).toBeLessThanOrEqual(IDS);
  expect(peer.connections()).toBe(1);
  connection.close();
});

test("modbus-serial: its connect changes the options it is given: ours stay as they are", async () => {
  await using peer = await scriptedPeer((request, socket) => {
    socket.end(countingReply(request));
  });
  const backOff = Object.freeze({ baseMs: 50, maxMs: 60_000 });
  const settings = Object.freeze({ host: "127.0.0.1", port: peer.port, backOff, wallClock: systemClock });
  const connection = new ModbusConnection(settings);
  for (let address = 0; address < 3; address++) {
    expect((await read(connection, address)).readUInt16BE(0)).toBe(address);
    await sleep(systemClock, durationMs(20));
  }
  expect(peer.connections()).toBe(3);
  connection.close();
});
