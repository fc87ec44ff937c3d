import type { Socket } from "node:net";
import { durationMs, type EpochMs, epochMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { SerialPort } from "serialport";
import { expect, test } from "vitest";
import { type RtuRequest, rtuFrame, rtuReply, rtuRequests } from "../../test/rtu-frames.ts";
import { rtuPeer } from "../../test/rtu-peer.ts";
import { canPairSerial, serialPair } from "../../test/serial-pair.ts";
import { rejection } from "../../test/test-context.ts";
import { ModbusConnection } from "./modbus-connection.ts";
import type { Transport } from "./transport.ts";

const PATIENT_MS = 5_000;
const IMPATIENT_MS = 120;
const ANSWER = Buffer.from([0, 7, 0, 8]);

function over(transport: Transport, backOffMs = 60_000): ModbusConnection & Disposable {
  const connection = new ModbusConnection({
    transport,
    backOff: { baseMs: backOffMs, maxMs: backOffMs },
    wallClock: systemClock,
  });
  return Object.assign(connection, { [Symbol.dispose]: () => connection.close() });
}

const overTcp = (port: number): ModbusConnection & Disposable =>
  over({ kind: "rtu-tcp", host: "127.0.0.1", port });
const within = (timeoutMs: number): { deadlineMs: EpochMs } => ({
  deadlineMs: epochMs(systemClock.now() + timeoutMs),
});
const read = (connection: ModbusConnection, timeoutMs = PATIENT_MS, unit = 1): Promise<Buffer> =>
  connection.readRegisters(unit, 7, 2, within(timeoutMs));
const answer = (request: RtuRequest, line: Socket): void => void line.write(rtuReply(request));

test("reads and writes several units, one request on the line at a time", async () => {
  let inFlight = 0;
  let mostInFlight = 0;
  await using peer = await rtuPeer((request, line) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    setImmediate(() => {
      inFlight -= 1;
      answer(request, line);
    });
  });
  using connection = overTcp(peer.port);
  const answers = await Promise.all([
    read(connection),
    read(connection, PATIENT_MS, 2),
    connection.readRegisters(3, 7, 2, { ...within(PATIENT_MS), table: "input" }),
    connection.writeRegisters(1, 40, [5, 6], within(PATIENT_MS)),
    connection.writeRegister(1, 41, 9, within(PATIENT_MS)),
    connection.readRegisters(1, 0, 125, within(PATIENT_MS)).then((bytes) => bytes.length),
  ]);
  expect(answers).toEqual([ANSWER, ANSWER, ANSWER, undefined, undefined, 250]);
  expect(peer.requests.map(({ unit, functionCode }) => [unit, functionCode])).toEqual([
    [1, 3],
    [2, 3],
    [3, 4],
    [1, 16],
    [1, 6],
    [1, 3],
  ]);
  expect(mostInFlight).toBe(1);
  expect(peer.connections()).toBe(1);
});

test("a reply that comes byte by byte is whole", async () => {
  await using peer = await rtuPeer(async (request, line) => {
    for (const byte of rtuReply(request)) {
      line.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  using connection = overTcp(peer.port);
  expect(await read(connection)).toEqual(ANSWER);
});

const spoiled = (at: number) => (request: RtuRequest) => {
  const frame = rtuReply(request);
  frame.writeUInt8(frame.readUInt8(at) ^ 0x55, at);
  return frame;
};

test.for([
  ["a wrong CRC", spoiled(8)],
  ["a bit of its data turned", spoiled(4)],
  ["another unit", (request: RtuRequest) => rtuReply({ ...request, unit: 9 })],
  ["another function", (request: RtuRequest) => rtuReply({ ...request, functionCode: 4 })],
  ["too few registers", (request: RtuRequest) => rtuReply({ ...request, count: 1 })],
  ["its end missing", (request: RtuRequest) => rtuReply(request).subarray(0, 6)],
  ["only noise", () => Buffer.from([0xff])],
] as const)(
  "a reply with %s is a bad frame, and the next request works on the same line",
  async ([, spoil]) => {
    let isFirst = true;
    await using peer = await rtuPeer((request, line) => {
      line.write(isFirst ? spoil(request) : rtuReply(request));
      isFirst = false;
    });
    using connection = overTcp(peer.port);
    expect(await rejection(read(connection))).toMatchObject({ code: "MODBUS_BAD_FRAME", retryable: true });
    expect(await read(connection)).toEqual(ANSWER);
    expect(peer.connections()).toBe(1);
  },
);

test("an exception is an error with its code", async () => {
  await using peer = await rtuPeer(({ unit }, line) => void line.write(rtuFrame(unit, 0x83, 2)));
  using connection = overTcp(peer.port);
  const error = await rejection(read(connection));
  expect(error).toMatchObject({ code: "MODBUS_EXCEPTION", retryable: false, details: { exceptionCode: 2 } });
});

test.for([
  ["right before the next one's reply", 0],
  ["just behind the next request", 15],
] as const)("a late reply answers no later request: %s", async ([, delayMs]) => {
  let late: Buffer | null = null;
  await using peer = await rtuPeer(async (request, line) => {
    if (late === null) {
      // The same unit, function and length as every answer, and other values.
      late = rtuFrame(1, 3, 4, 0xbad >> 8, 0xad, 0xbad >> 8, 0xad);
      return;
    }
    if (late.length > 0) {
      line.write(late);
      late = Buffer.alloc(0);
      await sleep(systemClock, durationMs(delayMs));
    }
    answer(request, line);
  });
  using connection = overTcp(peer.port);
  expect((await rejection(read(connection, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  expect(await read(connection)).toEqual(ANSWER);
  expect(await read(connection)).toEqual(ANSWER);
});

test("a late reply answers no request on a line that was opened anew", async () => {
  const late = rtuFrame(1, 3, 4, 0xbad >> 8, 0xad, 0xbad >> 8, 0xad);
  await using peer = await rtuPeer((request, line) => {
    if (peer.connections() === 1) return;
    if (peer.requests.length === 4) line.write(late);
    answer(request, line);
  });
  const backOffMs = 50;
  using connection = over({ kind: "rtu-tcp", host: "127.0.0.1", port: peer.port }, backOffMs);
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await rejection(read(connection, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  }
  await sleep(systemClock, durationMs(backOffMs + 10));
  expect(await read(connection)).toEqual(ANSWER);
  expect(connection.generation).toBe(2);
});

test("a late echo of a write confirms no later write", async () => {
  let late: Buffer | null = null;
  await using peer = await rtuPeer((request, line) => {
    if (late === null) {
      late = rtuReply(request);
      return;
    }
    line.write(late);
    late = Buffer.alloc(0);
    if (request.functionCode === 3) answer(request, line);
  });
  using connection = overTcp(peer.port);
  const write = (): Promise<void> => connection.writeRegisters(1, 40, [5], within(IMPATIENT_MS));
  expect((await rejection(write())).code).toBe("MODBUS_TIMEOUT");
  // This write is never answered: only the late echo of the first one could make it look so.
  expect((await rejection(write())).code).toBe("MODBUS_TIMEOUT");
  expect(peer.requests.map(({ functionCode }) => functionCode)).toEqual([16, 3, 16]);
});

test("a late reply of a silent unit does not disturb its neighbour", async () => {
  let late: RtuRequest | null = null;
  await using peer = await rtuPeer((request, line) => {
    if (request.unit === 5) {
      late = request;
      return;
    }
    if (late !== null) line.write(rtuReply(late));
    late = null;
    answer(request, line);
  });
  using connection = overTcp(peer.port);
  expect((await rejection(read(connection, IMPATIENT_MS, 5))).code).toBe("MODBUS_TIMEOUT");
  expect(await read(connection)).toEqual(ANSWER);
});

test("a silent unit is left alone by itself: its neighbours keep their connection and their turns", async () => {
  await using peer = await rtuPeer((request, line) => {
    if (request.unit !== 5) answer(request, line);
  });
  using connection = overTcp(peer.port);
  expect(await read(connection)).toEqual(ANSWER);
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await rejection(read(connection, IMPATIENT_MS, 5))).code).toBe("MODBUS_TIMEOUT");
  }
  expect((await rejection(read(connection, IMPATIENT_MS, 5))).code).toBe("MODBUS_BACKING_OFF");
  expect(await read(connection)).toEqual(ANSWER);
  expect(connection.generation).toBe(1);
  expect(peer.requests.filter(({ unit }) => unit === 5)).toHaveLength(3);
});

test("a line that is silent altogether is opened anew, and everybody on it left alone", async () => {
  await using peer = await rtuPeer(() => undefined);
  using connection = overTcp(peer.port);
  for (const unit of [1, 2, 1]) {
    expect((await rejection(read(connection, IMPATIENT_MS, unit))).code).toBe("MODBUS_TIMEOUT");
  }
  expect((await rejection(read(connection, IMPATIENT_MS, 3))).code).toBe("MODBUS_BACKING_OFF");
});

test("what beforeSend throws keeps a write off the line, also behind a late reply", async () => {
  await using peer = await rtuPeer(answer);
  using connection = overTcp(peer.port);
  const beforeSend = (): void => {
    throw new Error("too late");
  };
  const write = connection.writeRegisters(1, 0, [1], { ...within(PATIENT_MS), beforeSend });
  await expect(write).rejects.toThrow("too late");
  expect(await read(connection)).toEqual(ANSWER);
  expect(peer.requests.map(({ functionCode }) => functionCode)).toEqual([3]);
});

test.skipIf(!canPairSerial)("reads and writes over a serial line (needs socat)", async () => {
  await using pair = await serialPair();
  const device = new SerialPort({ path: pair.theirs, baudRate: 19_200, parity: "even" });
  const requests: RtuRequest[] = [];
  let isSpoiled = false;
  const take = rtuRequests((request) => {
    requests.push(request);
    device.write(isSpoiled ? spoiled(4)(request) : rtuReply(request));
    isSpoiled = false;
  });
  device.on("data", take);
  using connection = over({ kind: "rtu", path: pair.ours, baudRate: 19_200, parity: "even" });
  expect(await read(connection)).toEqual(ANSWER);
  await connection.writeRegisters(3, 40, [5, 6], within(PATIENT_MS));
  isSpoiled = true;
  expect((await rejection(read(connection))).code).toBe("MODBUS_BAD_FRAME");
  expect(await read(connection)).toEqual(ANSWER);
  expect(requests.slice(0, 2).map(({ unit, functionCode }) => [unit, functionCode])).toEqual([
    [1, 3],
    [3, 16],
  ]);
  expect(connection.generation).toBe(1);
  await new Promise((resolve) => device.close(resolve));
});

test("a serial line that is not there is refused with the reason, then left alone", async () => {
  using connection = over({ kind: "rtu", path: "/dev/commonwatt-none", baudRate: 9_600 });
  const error = await rejection(read(connection));
  expect(error).toMatchObject({ code: "MODBUS_CONNECT_FAILED", retryable: true });
  expect(error.message).toContain("/dev/commonwatt-none");
  expect((await rejection(read(connection))).code).toBe("MODBUS_BACKING_OFF");
});
