import { once } from "node:events";
import { connect, type Socket } from "node:net";

const HEADER_LENGTH = 6;
const READ_HOLDING_REGISTERS = 3;
const EXCEPTION = 0x80;

/** A Modbus TCP client of a few lines that asks one thing after the other. */
export interface BareClient {
  /** Reads holding registers; throws when the answer is an exception. */
  read(address: number, count: number): Promise<readonly number[]>;
  /** Writes by function 6 or 16, and gives the exception code; 0 when it was carried out. */
  exceptionTo(functionCode: 6 | 16, address: number, values: readonly number[]): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, 2 * at);
  return bytes;
}

/** One request and its answer, without unit id: function code and what follows. */
async function exchange(socket: Socket, unit: number, request: Buffer): Promise<Buffer> {
  socket.write(Buffer.concat([words(1, 0, request.length + 1), Buffer.from([unit]), request]));
  let received = Buffer.alloc(0);
  do {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    received = Buffer.concat([received, chunk]);
  } while (received.length < HEADER_LENGTH || received.length < HEADER_LENGTH + received.readUInt16BE(4));
  return received.subarray(HEADER_LENGTH + 1);
}

/** Connects to a unit of a server on this machine. */
export async function openBareClient(port: number, unit: number): Promise<BareClient> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return {
    async read(address, count) {
      const request = Buffer.concat([Buffer.from([READ_HOLDING_REGISTERS]), words(address, count)]);
      const answer = await exchange(socket, unit, request);
      if (answer[0] !== READ_HOLDING_REGISTERS) throw new Error(`exception ${answer[1]}`);
      return Array.from({ length: count }, (_, at) => answer.readUInt16BE(2 + 2 * at));
    },
    async exceptionTo(functionCode, address, values) {
      const many = Buffer.concat([words(values.length), Buffer.from([2 * values.length])]);
      const head = Buffer.concat([Buffer.from([functionCode]), words(address)]);
      const request = Buffer.concat([head, ...(functionCode === 16 ? [many] : []), words(...values)]);
      const answer = await exchange(socket, unit, request);
      return answer[0] === (functionCode | EXCEPTION) ? (answer[1] ?? 0) : 0;
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
