import { createConnection } from "node:net";
import { deviceId, epochMs, systemClock, watts } from "@commonwatt/vpp-core";
import { expect } from "vitest";
import { ModbusConnection } from "../../src/modbus/modbus-connection.ts";
import { exceptionCodeOf } from "../../src/modbus/modbus-errors.ts";
import { modbus } from "../../src/sunspec/sunspec-connector.ts";
import { emulatedHome } from "../emulated-home.ts";
import { registerDevice } from "../register-device.ts";
import { testContext } from "../test-context.ts";
import { type Capture, capture, complaints, type Frame, testOnWire } from "./capture.ts";
import { PEERS, startPeer } from "./peers.ts";
import { sunSpecImage, UNIT } from "./sunspec-image.ts";

const HOST = "127.0.0.1";
const READ = 3;
const WRITE = 16;
const FIELDS = [
  "mbtcp.prot_id",
  "mbtcp.unit_id",
  "modbus.func_code",
  "modbus.reference_num",
  "modbus.word_cnt",
  "modbus.exception_code",
];

const capturing = (port: number): Promise<Capture> => capture(port, "modbus", FIELDS);

/** Numbers of a field in the frames that go to a port, or come from it. */
function numbers(
  frames: readonly Frame[],
  field: string,
  end: "tcp.dstport" | "tcp.srcport",
  port: number,
): number[] {
  return frames
    .filter((frame) => frame[end]?.[0] === `${port}`)
    .flatMap((frame) => (frame[field] ?? []).map(Number));
}

/** A day in the life of our client: found, read, commanded, released, and once refused where that is wanted. */
async function useDevice(port: number, refusedAddress: number | null): Promise<void> {
  const context = testContext(systemClock);
  const device = await modbus({ id: deviceId("home/device"), host: HOST, port, unit: UNIT }).connect(context);
  await device.read();
  const validUntilMs = epochMs(systemClock.now() + 60_000);
  const receipt = await device.battery?.apply({ batteryPowerW: watts(1_500), validUntilMs, sequence: 1 });
  expect(receipt?.status).toBe("applied");
  await device.battery?.release();
  await device.close();
  if (refusedAddress === null) return;
  const connection = new ModbusConnection({
    host: HOST,
    port,
    backOff: { baseMs: 1, maxMs: 1 },
    wallClock: systemClock,
  });
  const options = { deadlineMs: epochMs(systemClock.now() + 5_000) };
  const refused = connection.readRegisters(UNIT, refusedAddress, 125, options);
  await expect(refused.catch((error: unknown) => exceptionCodeOf(error))).resolves.toBe(2);
  connection.close();
}

function check(frames: readonly Frame[], port: number): void {
  expect(complaints(frames)).toEqual([]);
  const asked = numbers(frames, "modbus.func_code", "tcp.dstport", port);
  expect(new Set(asked)).toEqual(new Set([READ, WRITE]));
  // Found, read and commanded: far more than a handful of requests, and an answer to each.
  expect(asked.length).toBeGreaterThan(20);
  expect(numbers(frames, "modbus.func_code", "tcp.srcport", port)).toHaveLength(asked.length);
  expect(new Set(numbers(frames, "mbtcp.unit_id", "tcp.dstport", port))).toEqual(new Set([UNIT]));
  expect(new Set(numbers(frames, "mbtcp.prot_id", "tcp.dstport", port))).toEqual(new Set([0]));
  const counts = numbers(frames, "modbus.word_cnt", "tcp.dstport", port);
  expect(counts).toHaveLength(asked.length);
  expect(Math.min(...counts)).toBe(1);
  expect(Math.max(...counts)).toBeLessThanOrEqual(125);
}

for (const name of PEERS) {
  testOnWire(`what our client says to ${name} is well-formed and within the limits`, async () => {
    const { image } = await sunSpecImage("hybrid", -5_000);
    await using peer = await startPeer(name, image);
    await using wire = await capturing(peer.port);
    // jsmodbus refuses no read; it answers less than it was asked for.
    const refuses = name !== "jsmodbus";
    await useDevice(peer.port, refuses ? image.address + image.registers.length : null);
    const frames = await wire.ended(refuses ? 2 : 1);
    check(frames, peer.port);
    // The end of the chain is known by its mark: the one refusal is the one that was provoked.
    const refusals = numbers(frames, "modbus.exception_code", "tcp.srcport", peer.port);
    expect(refusals).toEqual(refuses ? [2] : []);
  });
}

testOnWire("what our emulator answers is well-formed", async () => {
  await using home = await emulatedHome();
  await using wire = await capturing(home.port);
  await useDevice(home.port, 100);
  const frames = await wire.ended(2);
  check(frames, home.port);
  expect(numbers(frames, "modbus.exception_code", "tcp.srcport", home.port)).toEqual([2]);
});

testOnWire("a frame that is cut short would be noticed", async () => {
  await using device = await registerDevice(new Map());
  await using wire = await capturing(device.port);
  // A read that ends before it says how many registers.
  const socket = createConnection(device.port, HOST, () =>
    socket.end(Buffer.from("000100000004" + "01039c40", "hex")),
  );
  socket.resume();
  expect(complaints(await wire.ended())).not.toEqual([]);
});
