import { type Device, deviceId, epochMs, type SimulatedClock, simulatedClock } from "@commonwatt/vpp-core";
import type { ModbusException } from "../../src/modbus/modbus-server.ts";
import { encodeModel, type ModelValues, type WireValues } from "../../src/sunspec/model-values.ts";
import { modelById } from "../../src/sunspec/models/models.ts";
import { modbus } from "../../src/sunspec/sunspec-connector.ts";
import { put, putBytes, type RegisterDevice, type Registers, registerDevice } from "../register-device.ts";
import { testContext } from "../test-context.ts";

/** A model with its values, or registers as they are. */
export type QuirkModel = readonly [id: number, values: ModelValues] | Buffer;

/** What a device answers to a write: an exception, or `null` when it took it; `false` leaves it to the map. */
export type WriteQuirk = (address: number, values: readonly number[]) => ModbusException | null | false;

/** What is odd about a device besides its models. */
export interface QuirkOptions {
  readonly base?: number;
  /** What stands behind the last model; an end model unless given. */
  readonly tail?: readonly number[];
  readonly write?: WriteQuirk;
}

/** A device with quirks on a real socket, our own client on it, and what went over the wire. */
export interface QuirkDevice {
  readonly server: RegisterDevice;
  readonly clock: SimulatedClock;
  readonly writes: [address: number, values: readonly number[]][];
  /** Where a model's ID register stands; the `occurrence`th of that id. */
  addressOf(id: number, occurrence?: number): number;
  /** What was written so far, from the address of a model on. */
  writesTo(id: number): [offset: number, values: readonly number[]][];
  open(device?: number, meterSign?: 1 | -1): Promise<Device>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Values of a model without groups. */
export function points(values: WireValues): ModelValues {
  return { points: values };
}

/** Model 1 of a device. */
export function common(serialNumber = "Q-1", Mn = "Maker"): QuirkModel {
  return [1, points({ Mn, Md: "Model", SN: serialNumber })];
}

/** Serves models one behind the other. Every register of theirs can be written, unless `write` says no. */
export async function quirkDevice(
  models: readonly QuirkModel[],
  options: QuirkOptions = {},
): Promise<QuirkDevice> {
  const registers: Registers = new Map();
  const placed: [id: number, address: number][] = [];
  let next = put(registers, options.base ?? 40_000, "SunS");
  for (const model of models) {
    const bytes = Buffer.isBuffer(model) ? model : encoded(...model);
    placed.push([bytes.readUInt16BE(0), next]);
    next = putBytes(registers, next, bytes);
  }
  put(registers, next, ...(options.tail ?? [0xffff, 0]));
  const writes: [number, readonly number[]][] = [];
  const write = (address: number, values: readonly number[]): ModbusException | null => {
    writes.push([address, values]);
    const answer = options.write === undefined ? false : options.write(address, values);
    if (answer !== false) return answer;
    values.forEach((value, index) => void registers.set(address + index, value));
    return null;
  };
  const server = await registerDevice(registers, 0, write);
  const clock = simulatedClock(epochMs(Date.UTC(2026, 5, 1)));
  const opened: Device[] = [];
  const addressOf = (id: number, occurrence = 0): number =>
    placed.filter(([each]) => each === id)[occurrence]?.[1] ?? Number.NaN;
  return {
    server,
    clock,
    writes,
    addressOf,
    writesTo: (id) => writes.map(([address, values]) => [address - addressOf(id), values]),
    open: async (device, meterSign = 1) => {
      const at = {
        host: "127.0.0.1",
        port: server.port,
        unit: 1,
        meterSign,
        ...(device === undefined ? {} : { device }),
      };
      const connected = await modbus({ id: deviceId("quirk"), ...at }).connect(testContext(clock));
      opened.push(connected);
      return connected;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((device) => device.close()));
      await server.close();
    },
  };
}

function encoded(id: number, values: ModelValues): Buffer {
  const definition = modelById(id);
  if (definition === null) throw new Error(`no model ${id}`);
  return encodeModel(definition, id, values);
}
