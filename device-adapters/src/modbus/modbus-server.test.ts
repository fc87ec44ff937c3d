import { connect } from "node:net";
import { expect, test } from "vitest";
import { rejection } from "../../test/test-context.ts";
import { type RegisterBank, startModbusServer } from "./modbus-server.ts";

const written: [number, readonly number[]][] = [];
const bank: RegisterBank = {
  read: (address, count) => (address + count > 100 ? 2 : Buffer.alloc(2 * count, 0xab)),
  write: (address, values) => {
    if (address === 99) return 3;
    written.push([address, values]);
    return null;
  },
};
/** A unit with input registers, too. */
const inputBank: RegisterBank = { ...bank, readInput: (_address, count) => Buffer.alloc(2 * count, 0xcd) };
const start = (port = 0) =>
  startModbusServer({
    host: "127.0.0.1",
    port,
    units: new Map([
      [1, bank],
      [3, inputBank],
    ]),
  });

/** Sends bytes and gives what comes back until as many bytes are there, or the peer hangs up. */
function exchange(port: number, hex: string, replyLength: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(Buffer.from(hex.replaceAll(" ", ""), "hex")),
    );
    let received = Buffer.alloc(0);
    const end = (): void => {
      socket.destroy();
      resolve(received.toString("hex"));
    };
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= replyLength) end();
    });
    socket.on("end", end);
    socket.on("error", reject);
  });
}

test.for([
  ["a read", "000700000006 01 03 0000 0002", "000700000007" + "0103" + "04abababab"],
  ["a write of one register", "000800000006 01 06 0005 1234", "000800000006" + "0106" + "00051234"],
  ["a write of two", "00090000000b 01 10 0005 0002 04 00010002", "000900000006" + "0110" + "00050002"],
  ["a read beyond the registers: 2", "000100000006 01 03 0063 0002", "000100000003" + "0183" + "02"],
  ["a read of 126 registers: 3", "000100000006 01 03 0000 007e", "000100000003" + "0183" + "03"],
  ["a read of none: 3", "000100000006 01 03 0000 0000", "000100000003" + "0183" + "03"],
  ["a short read request: 3", "000100000004 01 03 0000", "000100000003" + "0183" + "03"],
  [
    "a write whose byte count lies: 3",
    "00010000000b 01 10 0005 0002 02 00010002",
    "000100000003" + "0190" + "03",
  ],
  ["a write that the bank refuses: 3", "000100000006 01 06 0063 1234", "000100000003" + "0186" + "03"],
  ["a read of input registers", "000100000006 03 04 0000 0002", "000100000007" + "0304" + "04cdcdcdcd"],
  [
    "input registers of a unit without any: 1",
    "000100000006 01 04 0000 0002",
    "000100000003" + "0184" + "01",
  ],
  ["an unknown function: 1", "000100000006 01 02 0000 0002", "000100000003" + "0182" + "01"],
  ["a unit that is not there: 11", "000100000006 02 03 0000 0002", "000100000003" + "0283" + "0b"],
] as const)("answers %s", async ([, request, reply]) => {
  const server = await start();
  expect(await exchange(server.port, request, reply.length / 2)).toBe(reply);
  await server.close();
});

test("keeps registers as they were written", () => {
  expect(written).toEqual([
    [5, [0x1234]],
    [5, [1, 2]],
  ]);
});

test("answers two requests that come as one chunk, in their order", async () => {
  const server = await start();
  const replies = await exchange(server.port, "000100000006010300000001 000200000006010300000001", 22);
  expect(replies).toBe("0001000000050103" + "02abab" + "0002000000050103" + "02abab");
  await server.close();
});

test.for([
  ["another protocol", "000100010006 01 03 0000 0002"],
  ["a length of one", "000100000001 01"],
  ["a length that no frame has", "0001000000ff 01 03 0000"],
  ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex")],
] as const)("hangs up on %s", async ([, bytes]) => {
  const server = await start();
  expect(await exchange(server.port, bytes, 1)).toBe("");
  await server.close();
});

test("says that its port is in use", async () => {
  const server = await start();
  expect(await rejection(start(server.port))).toMatchObject({
    code: "EMULATOR_PORT_IN_USE",
    details: { host: "127.0.0.1", port: server.port },
  });
  await server.close();
});

test("closes although a client is still connected", async () => {
  const server = await start();
  const socket = connect(server.port, "127.0.0.1");
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined);
  await server.close();
  await closed;
});
