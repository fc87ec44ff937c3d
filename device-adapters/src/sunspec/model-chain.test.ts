import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { put, type Registers, registerDevice } from "../../test/register-device.ts";
import { frame, scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection } from "../../test/test-context.ts";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import { type ModelChain, walkModelChain } from "./model-chain.ts";

/** Walks the chain of unit 1 on a port, as the connector does. */
async function walk(port: number, firstTimeoutMs = 5_000): Promise<ModelChain> {
  const backOff = { baseMs: 1_000, maxMs: 60_000 };
  const connection = new ModbusConnection({ host: "127.0.0.1", port, backOff, wallClock: systemClock });
  try {
    return await walkModelChain((address, count) => {
      const timeoutMs = address === 40_000 ? firstTimeoutMs : 5_000;
      const deadlineMs = epochMs(systemClock.now() + timeoutMs);
      return connection.readRegisters(1, address, count, { deadlineMs });
    });
  } finally {
    connection.close();
  }
}

/** A map of models, each given by its id and L, without an end. */
function mapOf(base: number, ...models: readonly [id: number, length: number][]): [Registers, end: number] {
  const registers: Registers = new Map();
  let next = put(registers, base, "SunS");
  for (const [id, length] of models)
    next = put(registers, next, id, length, ...Array<number>(length).fill(0));
  return [registers, next];
}

test.for([40_000, 0, 50_000])("finds a map at %i", async (base) => {
  const [registers, end] = mapOf(base, [1, 66], [103, 50]);
  put(registers, end, 0xffff, 0);
  await using device = await registerDevice(registers);
  expect(await walk(device.port)).toEqual({
    baseAddress: base,
    end: "end-model",
    models: [
      { id: 1, address: base + 2, length: 66, deviceIndex: 0 },
      { id: 103, address: base + 70, length: 50, deviceIndex: 0 },
    ],
  });
});

test.for([
  ["an end model without L", [0xffff], "end-model"],
  ["a single zero", [0], "zero-id"],
  ["nothing", [], "exception"],
  ["a model whose L leads out of the address space", [64_001, 40_000], "address-overflow"],
  ["a model without L", [160], "exception"],
] as const)("a chain may end with %s", async ([, tail, expected]) => {
  const [registers, end] = mapOf(40_000, [1, 66], [203, 105]);
  put(registers, end, ...tail);
  await using device = await registerDevice(registers);
  const chain = await walk(device.port);
  expect(chain.end).toBe(expected);
  expect(chain.models.map((model) => model.id)).toEqual([1, 203]);
});

test("a chain that goes round in small models ends", async () => {
  const [registers] = mapOf(
    40_000,
    [1, 66],
    ...Array.from({ length: 250 }, () => [700, 0] as [number, number]),
  );
  await using device = await registerDevice(registers);
  const chain = await walk(device.port);
  expect(chain.end).toBe("too-many-models");
  expect(chain.models).toHaveLength(200);
});

test("goes by the L of the device, not by ours", async () => {
  const [registers, end] = mapOf(40_000, [1, 65], [103, 52], [203, 105]);
  put(registers, end, 0xffff, 0);
  await using device = await registerDevice(registers);
  const { models } = await walk(device.port);
  expect(models.map((model) => model.address)).toEqual([40_002, 40_069, 40_123]);
});

test("a second model 1 begins another device, and neither hides the other", async () => {
  const [registers, end] = mapOf(40_000, [1, 66], [103, 50], [1, 66], [203, 105], [1, 66], [203, 105]);
  put(registers, end, 0xffff, 0);
  await using device = await registerDevice(registers);
  const { models } = await walk(device.port);
  expect(models.map(({ id, deviceIndex }) => [id, deviceIndex])).toEqual([
    [1, 0],
    [103, 0],
    [1, 1],
    [203, 1],
    [1, 2],
    [203, 2],
  ]);
});

test("reads ID and L one by one", async () => {
  const [registers, end] = mapOf(40_000, [1, 66]);
  put(registers, end, 0xffff);
  await using device = await registerDevice(registers);
  await walk(device.port);
  expect(device.reads).toEqual([
    [40_000, 3],
    [40_002, 1],
    [40_003, 1],
    [40_070, 1],
  ]);
});

test("silence, a reset or other content at one base does not end the search", async () => {
  const [registers, end] = mapOf(50_000, [1, 66]);
  put(registers, end, 0xffff, 0);
  await using device = await scriptedPeer((request, socket) => {
    const address = request.pdu.readUInt16BE(1);
    const count = request.pdu.readUInt16BE(3);
    if (address === 40_000) return;
    if (address === 0) {
      socket.resetAndDestroy();
      return;
    }
    const reply = Buffer.alloc(9 + 2 * count);
    reply.writeUInt16BE(request.transaction, 0);
    reply.writeUInt16BE(3 + 2 * count, 4);
    reply.set([1, 3, 2 * count], 6);
    for (let index = 0; index < count; index++) {
      reply.writeUInt16BE(registers.get(address + index) ?? 0, 9 + 2 * index);
    }
    socket.write(reply);
  });
  expect((await walk(device.port, 80)).baseAddress).toBe(50_000);
});

test("no marker anywhere: not found, and not worth a retry", async () => {
  const registers: Registers = new Map();
  put(registers, 40_000, "SunX", 1);
  put(registers, 0, "SunS", 103);
  await using device = await registerDevice(registers);
  expect(await rejection(walk(device.port))).toMatchObject({ code: "SUNSPEC_NOT_FOUND", retryable: false });
});

test("a device that answers at no base but one it is silent at may be there later", async () => {
  const refusal = Buffer.from([0x83, 2]);
  await using device = await scriptedPeer((request, socket) => {
    if (request.pdu.readUInt16BE(1) !== 40_000) socket.write(frame(request.transaction, 1, refusal));
  });
  expect(await rejection(walk(device.port, 80))).toMatchObject({ code: "MODBUS_TIMEOUT", retryable: true });
});
