import type { Socket } from "node:net";
import { durationMs, epochMs, sleep, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { countingReply, frame, type PeerRequest, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { ModbusConnection } from "./modbus-connection.ts";

const PATIENT_MS = 5_000;
const IMPATIENT_MS = 150;

function connectionTo(port: number, baseMs = 50, maxMs = 60_000): ModbusConnection {
  return new ModbusConnection({
    host: "127.0.0.1",
    port,
    backOff: { baseMs, maxMs },
    wallClock: systemClock,
  });
}

function within(timeoutMs: number): { deadlineMs: ReturnType<typeof epochMs> } {
  return { deadlineMs: epochMs(systemClock.now() + timeoutMs) };
}

const read = (connection: ModbusConnection, timeoutMs = PATIENT_MS, unit = 1): Promise<Buffer> =>
  connection.readRegisters(unit, 7, 2, within(timeoutMs));

const ANSWER = Buffer.from([0, 7, 0, 8]);

/** Does something else to the first request on the wire, and answers all others. */
type Script = (request: PeerRequest, socket: Socket) => void;
const spoilFirst = (spoil: Script): Script => {
  let isFirst = true;
  return (request, socket) => {
    if (isFirst) spoil(request, socket);
    else socket.write(countingReply(request));
    isFirst = false;
  };
};

test("modbus-serial: the unit id is state of its client: requests at once are each for their own unit, one at a time", async () => {
  let inFlight = 0;
  let mostInFlight = 0;
  await using peer = await scriptedPeer((request, socket) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    setImmediate((): void => {
      inFlight -= 1;
      socket.write(countingReply(request));
    });
  });
  const connection = connectionTo(peer.port);
  const answers = await Promise.all([1, 2, 200].map((unit) => read(connection, PATIENT_MS, unit)));
  expect(answers).toEqual([ANSWER, ANSWER, ANSWER]);
  expect(peer.requests.map((request) => request.unit)).toEqual([1, 2, 200]);
  expect(mostInFlight).toBe(1);
  expect(peer.connections()).toBe(1);
  connection.close();
});

const HANG_UPS: readonly (readonly [string, Script])[] = [
  ["a reset", (_, socket) => void socket.resetAndDestroy()],
  ["an end", (_, socket) => void socket.end()],
  ["an end within a reply", (request, socket) => void socket.end(countingReply(request).subarray(0, 9))],
];

test.for(HANG_UPS)(
  "modbus-serial: no word of a reset: %s in mid-request rejects it at once, and the next request works",
  async ([, spoil]) => {
    await using peer = await scriptedPeer(spoilFirst(spoil));
    const connection = connectionTo(peer.port);
    const error = await rejection(read(connection));
    expect(error).toMatchObject({ code: "MODBUS_CONNECTION_LOST", retryable: true });
    expect(await read(connection)).toEqual(ANSWER);
    expect(connection.generation).toBe(2);
    connection.close();
  },
);

test("modbus-serial: no event after a reset: one between two requests costs the next one nothing", async () => {
  await using peer = await scriptedPeer((request, socket) => {
    socket.write(countingReply(request), () => {
      if (request.connection === 1) socket.resetAndDestroy();
    });
  });
  const connection = connectionTo(peer.port);
  expect(await read(connection)).toEqual(ANSWER);
  await sleep(systemClock, durationMs(20));
  expect(await read(connection)).toEqual(ANSWER);
  connection.close();
});

test("modbus-serial: no time-out of its own: a silent peer costs a request its deadline; those behind it fail unsent", async () => {
  await using peer = await scriptedPeer(() => undefined);
  const connection = connectionTo(peer.port);
  const errors = await Promise.all([
    rejection(read(connection, IMPATIENT_MS)),
    rejection(read(connection, IMPATIENT_MS / 2)),
  ]);
  expect(errors.map(({ code, retryable }) => ({ code, retryable }))).toEqual([
    { code: "MODBUS_TIMEOUT", retryable: true },
    { code: "MODBUS_TIMEOUT", retryable: true },
  ]);
  expect(peer.requests).toHaveLength(1);
  connection.close();
});

test("modbus-serial: a state kept by events never recovers: a silent peer works again when it is back", async () => {
  let silent = true;
  await using peer = await scriptedPeer((request, socket) => {
    if (!silent) socket.write(countingReply(request));
  });
  const connection = connectionTo(peer.port);
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await rejection(read(connection, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  }
  expect((await rejection(read(connection))).code).toBe("MODBUS_BACKING_OFF");
  silent = false;
  await sleep(systemClock, durationMs(60));
  expect(await read(connection)).toEqual(ANSWER);
  expect(connection.generation).toBe(2);
  connection.close();
});

test("modbus-serial: a reply that comes after the deadline does not answer the next request", async () => {
  let late: (() => void) | null = null;
  await using peer = await scriptedPeer((request, socket) => {
    if (late === null) {
      late = () => socket.write(frame(request.transaction, 1, Buffer.from([3, 4, 9, 9, 9, 9])));
    } else {
      late();
      socket.write(countingReply(request));
    }
  });
  const connection = connectionTo(peer.port);
  expect((await rejection(read(connection, IMPATIENT_MS))).code).toBe("MODBUS_TIMEOUT");
  expect(await read(connection)).toEqual(ANSWER);
  connection.close();
});

test("modbus-serial: a reply that comes byte by byte is whole", async () => {
  await using peer = await scriptedPeer(async (request, socket) => {
    for (const byte of countingReply(request)) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const connection = connectionTo(peer.port);
  expect(await read(connection)).toEqual(ANSWER);
  connection.close();
});

test.for([
  [
    "another unit id",
    (request: PeerRequest) => frame(request.transaction, 77, countingReply(request).subarray(7)),
  ],
  ["too few registers", (request: PeerRequest) => frame(request.transaction, 1, Buffer.from([3, 2, 0, 7]))],
  [
    "a byte count that lies",
    (request: PeerRequest) => frame(request.transaction, 1, Buffer.from([3, 2, 0, 7, 0, 8])),
  ],
  [
    "another function",
    (request: PeerRequest) => frame(request.transaction, 1, Buffer.from([4, 4, 0, 7, 0, 8])),
  ],
  ["no body", (request: PeerRequest) => frame(request.transaction, 1, Buffer.alloc(0))],
] as const)(
  "modbus-serial: a reply with %s is a bad frame, and the next request starts on a clean stream",
  async ([, reply]) => {
    await using peer = await scriptedPeer(spoilFirst((request, socket) => void socket.write(reply(request))));
    const connection = connectionTo(peer.port);
    expect(await rejection(read(connection))).toMatchObject({ code: "MODBUS_BAD_FRAME", retryable: true });
    expect(await read(connection)).toEqual(ANSWER);
    expect(connection.generation).toBe(2);
    connection.close();
  },
);

test.for([
  [1, false],
  [2, false],
  [3, false],
  [4, true],
  [5, true],
  [6, true],
  [10, true],
  [11, true],
] as const)(
  "modbus-serial: exception %i is an error with its code, retryable: %s, on a connection that stays",
  async ([exceptionCode, retryable]) => {
    await using peer = await scriptedPeer(
      spoilFirst((request, socket) => {
        socket.write(frame(request.transaction, request.unit, Buffer.from([0x83, exceptionCode])));
      }),
    );
    const connection = connectionTo(peer.port);
    const error = await rejection(read(connection));
    expect(error).toMatchObject({ code: "MODBUS_EXCEPTION", retryable });
    expect(error.details).toMatchObject({ exceptionCode, unit: 1 });
    expect(await read(connection)).toEqual(ANSWER);
    expect(connection.generation).toBe(1);
    connection.close();
  },
);

test("nobody at the address: refused, then left alone, then probed by one request", async () => {
  const gone = await scriptedPeer(() => undefined);
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  const connection = connectionTo(port);
  const [first, second] = await Promise.all([rejection(read(connection)), rejection(read(connection))]);
  expect(first).toMatchObject({ code: "MODBUS_CONNECT_FAILED", retryable: true });
  expect(second).toMatchObject({ code: "MODBUS_BACKING_OFF", retryable: true });
  await sleep(systemClock, durationMs(60));
  expect((await rejection(read(connection))).code).toBe("MODBUS_CONNECT_FAILED");
  connection.close();
});

test("modbus-serial: a promise in flight never settles after destroy(): closing rejects it, and those that wait and come", async () => {
  await using peer = await scriptedPeer(() => undefined);
  const connection = connectionTo(peer.port);
  const pending = [rejection(read(connection)), rejection(read(connection))];
  while (peer.requests.length === 0) await sleep(systemClock, durationMs(1));
  connection.close();
  const codes = (await Promise.all(pending)).map((error) => error.code);
  expect(codes).toEqual(["MODBUS_CONNECTION_LOST", "MODBUS_CLOSED"]);
  expect(await rejection(read(connection))).toMatchObject({ code: "MODBUS_CLOSED", retryable: false });
});

test("what beforeSend throws rejects a write that never reaches the wire", async () => {
  await using peer = await scriptedPeer((request, socket) => socket.write(countingReply(request)));
  const connection = connectionTo(peer.port);
  const tooLate = (): void => {
    throw new Error("too late");
  };
  const write = connection.writeRegisters(1, 0, [1], { ...within(PATIENT_MS), beforeSend: tooLate });
  await expect(write).rejects.toThrow("too late");
  expect(await read(connection)).toEqual(ANSWER);
  expect(peer.requests).toHaveLength(1);
  connection.close();
});

test("every promise settles when the peer misbehaves at random, and it works in the end", async () => {
  const tricks: readonly Script[] = [
    (request, socket) => void socket.write(countingReply(request)),
    (_, socket) => void socket.resetAndDestroy(),
    (_, socket) => void socket.end(),
    () => undefined,
    (request, socket) => void socket.write(frame(request.transaction + 1, 1, Buffer.from([3, 2, 0, 0]))),
    (request, socket) => void socket.write(frame(request.transaction, 9, Buffer.from([3, 2, 0, 0]))),
    (request, socket) => void socket.write(Buffer.from([0, request.transaction, 0, 0, 0xff, 0xff, 1])),
    (_, socket) => void socket.resetAndDestroy(),
  ];
  let count = 0;
  let misbehaves = true;
  await using peer = await scriptedPeer((request, socket) => {
    if (!misbehaves) socket.write(countingReply(request));
    else tricks[count++ % tricks.length]?.(request, socket);
  });
  const connection = connectionTo(peer.port, 1, 4);
  const codes = new Set<string>();
  while (count < 4 * tricks.length) {
    const pair = [read(connection, 20), read(connection, 20, 2)];
    const outcomes = await Promise.allSettled(pair);
    for (const outcome of outcomes) {
      codes.add(outcome.status === "rejected" ? outcome.reason.code : "answered");
    }
    await sleep(systemClock, durationMs(1));
  }
  for (const code of ["answered", "MODBUS_TIMEOUT", "MODBUS_CONNECTION_LOST", "MODBUS_BAD_FRAME"]) {
    expect(codes).toContain(code);
  }
  misbehaves = false;
  await sleep(systemClock, durationMs(30));
  expect(await read(connection)).toEqual(ANSWER);
  connection.close();
});

test("modbus-serial: more than 125 registers are not checked: refuses to ask for more than the protocol allows", () => {
  const connection = connectionTo(1);
  expect(() => connection.readRegisters(1, 0, 126, within(1))).toThrow("1 to 125");
  expect(() => connection.writeRegisters(1, 0, Array(124).fill(0), within(1))).toThrow("1 to 123");
  expect(() => connection.writeRegisters(1, 0, [], within(1))).toThrow("1 to 123");
});
