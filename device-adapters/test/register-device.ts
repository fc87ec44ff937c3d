import { type ModbusServer, type RegisterBank, startModbusServer } from "../src/modbus/modbus-server.ts";

/** Registers by address; what is not there is answered with exception 2. */
export type Registers = Map<number, number>;

/** Puts registers one behind the other from `address` on; texts take half as many as they have letters. */
export function put(registers: Registers, address: number, ...values: readonly (number | string)[]): number {
  let next = address;
  for (const value of values) {
    const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : Buffer.alloc(2);
    if (typeof value === "number") bytes.writeUInt16BE(value & 0xffff);
    for (let index = 0; index < bytes.length; index += 2) registers.set(next++, bytes.readUInt16BE(index));
  }
  return next;
}

/** Puts encoded registers from `address` on. */
export function putBytes(registers: Registers, address: number, bytes: Buffer): number {
  for (let index = 0; index < bytes.length; index += 2) {
    registers.set(address + index / 2, bytes.readUInt16BE(index));
  }
  return address + bytes.length / 2;
}

/** A unit whose registers a test sets, and the reads that came. */
export interface RegisterDevice extends ModbusServer {
  readonly registers: Registers;
  readonly reads: [address: number, count: number][];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves `registers` as unit 1 on 127.0.0.1, on a free port unless one is given; writes are refused unless
 * `write` takes them.
 */
export async function registerDevice(
  registers: Registers,
  port = 0,
  write: RegisterBank["write"] = () => 2,
): Promise<RegisterDevice> {
  const reads: [number, number][] = [];
  const bank: RegisterBank = {
    read: (address, count) => {
      reads.push([address, count]);
      const bytes = Buffer.alloc(2 * count);
      for (let index = 0; index < count; index++) {
        const value = registers.get(address + index);
        if (value === undefined) return 2;
        bytes.writeUInt16BE(value, 2 * index);
      }
      return bytes;
    },
    write,
  };
  const server = await startModbusServer({ host: "127.0.0.1", port, units: new Map([[1, bank]]) });
  return { ...server, registers, reads, [Symbol.asyncDispose]: () => server.close() };
}
