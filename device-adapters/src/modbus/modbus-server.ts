import { createServer, type Server, type Socket } from "node:net";
import { listenFailure } from "@commonwatt/vpp-core";

/** The registers of one unit. Every method answers an exception code instead when it refuses. */
export interface RegisterBank {
  /** Holding registers from `address` on, two bytes each. */
  read(address: number, count: number): Buffer | ModbusException;
  /** The same of input registers; a unit without any does not know function 4. */
  readInput?(address: number, count: number): Buffer | ModbusException;
  /** Writes all of `values` or none. */
  write(address: number, values: readonly number[], functionCode: WriteFunction): ModbusException | null;
}

/** Writes one register, or several. */
export type WriteFunction = typeof WRITE_REGISTER | typeof WRITE_REGISTERS;

/** An exception code of the Modbus application protocol. */
export type ModbusException = 1 | 2 | 3 | 4 | 11;

/** Stands between a server and its clients, and may spoil what passes. */
export interface WireHook {
  /** A client has connected; `false` leaves it connected and unheard. */
  connected(socket: Socket): boolean;
  /** Brings the answer to one request to the client, or does not; `answer` performs the request when called. */
  exchange(socket: Socket, request: Buffer, answer: () => Buffer): void;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_VALUE = 3;
/** As a gateway answers for a unit that nobody is behind. */
const TARGET_SILENT = 11;
const READ_HOLDING_REGISTERS = 3;
const READ_INPUT_REGISTERS = 4;
const WRITE_REGISTER = 6;
const WRITE_REGISTERS = 16;
const READ_MAX = 125;
const WRITE_MAX = 123;
/** Transaction id, protocol id, length (Modbus messaging on TCP/IP implementation guide, 3.1.3). */
const HEADER_LENGTH = 6;
const LENGTH_MIN = 2;
const LENGTH_MAX = 254;
/** Answers that wait for a client that asks and does not listen. */
const UNREAD_MAX_BYTES = 1 << 20;
/** How long a client may be quiet before it is asked whether it is still there. */
const QUIET_MS = 60_000;
/** More at once than any home has; the next one is turned away. */
const CLIENTS_MAX = 256;

/** A running server. */
export interface ModbusServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Where a server listens, and its units by their ids. */
export interface ModbusServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly units: ReadonlyMap<number, RegisterBank>;
  /** The area of its error codes; `EMULATOR` when left out. */
  readonly area?: "EMULATOR" | "SITE_SERVER";
  /** What the wire does to requests and answers; a good wire when left out. */
  readonly wire?: WireHook;
}

const GOOD_WIRE: WireHook = {
  connected: () => true,
  exchange: (socket, _request, answer) => {
    socket.write(answer());
    if (socket.writableLength > UNREAD_MAX_BYTES) socket.destroy();
  },
};

/**
 * Serves units over Modbus TCP to any number of clients: functions 3, 4, 6 and 16.
 * @throws CommonwattError `<AREA>_PORT_IN_USE`, or `<AREA>_LISTEN_FAILED`.
 */
export async function startModbusServer(options: ModbusServerOptions): Promise<ModbusServer> {
  const sockets = new Set<Socket>();
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: QUIET_MS },
    (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      const wire = options.wire ?? GOOD_WIRE;
      if (wire.connected(socket)) serve(socket, options.units, wire);
      else socket.resume();
    },
  );
  server.maxConnections = CLIENTS_MAX;
  const port = await listen(server, options);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Listens, and tells the port. */
export function listen(
  server: Server,
  { area = "EMULATOR", host, port }: Pick<ModbusServerOptions, "area" | "host" | "port">,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenFailure(area, { host, port }, error)));
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function serve(socket: Socket, units: ReadonlyMap<number, RegisterBank>, wire: WireHook): void {
  let received = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= HEADER_LENGTH) {
      const length = received.readUInt16BE(4);
      if (received.readUInt16BE(2) !== 0 || length < LENGTH_MIN || length > LENGTH_MAX) {
        socket.destroy();
        return;
      }
      const end = HEADER_LENGTH + length;
      if (received.length < end) return;
      const request = received.subarray(0, end);
      received = received.subarray(end);
      wire.exchange(socket, request, () => framedAnswer(request, units));
    }
  });
}

function framedAnswer(request: Buffer, units: ReadonlyMap<number, RegisterBank>): Buffer {
  const reply = answerRequest(request.subarray(HEADER_LENGTH), units);
  const header = Buffer.alloc(HEADER_LENGTH);
  request.copy(header, 0, 0, 4);
  header.writeUInt16BE(reply.length, 4);
  return Buffer.concat([header, reply]);
}

/** Answers one request; both begin with the unit id and the function code. */
export function answerRequest(request: Buffer, units: ReadonlyMap<number, RegisterBank>): Buffer {
  const unit = request.readUInt8(0);
  const functionCode = request.readUInt8(1);
  const bank = units.get(unit);
  const body = bank === undefined ? TARGET_SILENT : perform(bank, functionCode, request.subarray(2));
  if (typeof body === "number") return Buffer.from([unit, functionCode | 0x80, body]);
  return Buffer.concat([Buffer.from([unit, functionCode]), body]);
}

function perform(bank: RegisterBank, functionCode: number, body: Buffer): Buffer | ModbusException {
  if (functionCode === READ_HOLDING_REGISTERS) return read(body, bank.read.bind(bank));
  if (functionCode === READ_INPUT_REGISTERS && bank.readInput !== undefined) {
    return read(body, bank.readInput.bind(bank));
  }
  if (functionCode === WRITE_REGISTER) return writeOne(bank, body);
  if (functionCode === WRITE_REGISTERS) return writeMany(bank, body);
  return ILLEGAL_FUNCTION;
}

function read(body: Buffer, registersAt: RegisterBank["read"]): Buffer | ModbusException {
  if (body.length !== 4) return ILLEGAL_VALUE;
  const count = body.readUInt16BE(2);
  if (count < 1 || count > READ_MAX) return ILLEGAL_VALUE;
  const registers = registersAt(body.readUInt16BE(0), count);
  return typeof registers === "number" ? registers : Buffer.concat([Buffer.from([2 * count]), registers]);
}

function writeOne(bank: RegisterBank, body: Buffer): Buffer | ModbusException {
  if (body.length !== 4) return ILLEGAL_VALUE;
  return bank.write(body.readUInt16BE(0), [body.readUInt16BE(2)], WRITE_REGISTER) ?? body;
}

function writeMany(bank: RegisterBank, body: Buffer): Buffer | ModbusException {
  if (body.length < 5) return ILLEGAL_VALUE;
  const count = body.readUInt16BE(2);
  const isWhole = body.readUInt8(4) === 2 * count && body.length === 5 + 2 * count;
  if (count < 1 || count > WRITE_MAX || !isWhole) return ILLEGAL_VALUE;
  const values = Array.from({ length: count }, (_, index) => body.readUInt16BE(5 + 2 * index));
  return bank.write(body.readUInt16BE(0), values, WRITE_REGISTERS) ?? body.subarray(0, 4);
}
