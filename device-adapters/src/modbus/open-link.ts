import { createConnection, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Clock, durationMs, type EpochMs, messageOf } from "@commonwatt/vpp-core";
import { modbusError, type RequestName } from "./modbus-errors.ts";
import { ModbusLink } from "./modbus-link.ts";
import type { OwedReplies } from "./owed-replies.ts";
import { interFrameGapMs, type RtuTransport, type TcpTransport, type Transport } from "./transport.ts";

/** A serial line delivers a frame without holes, but for what drivers and adapters hold back. */
const SERIAL_BROKEN_AFTER_MS = 100;
/** Behind a serial server a frame may be cut anywhere and wait for a packet that is sent again. */
const SERVER_BROKEN_AFTER_MS = 500;

/**
 * Opens a connection or a serial line for a request that waits until `deadlineMs`. On a line, `owed` are
 * the replies that requests before it have not got.
 * @throws CommonwattError `MODBUS_CONNECT_FAILED`, retryable.
 */
export async function openLink(
  transport: Transport,
  owed: OwedReplies,
  wallClock: Clock,
  request: RequestName,
  deadlineMs: EpochMs,
): Promise<ModbusLink> {
  const fail = (why: string, cause?: unknown): Error =>
    modbusError("MODBUS_CONNECT_FAILED", `cannot connect: ${why}`, request, cause);
  const waitMs = Math.max(0, deadlineMs - wallClock.now());
  const within = <Stream extends Duplex>(stream: Stream, open: Opening<Stream>): Promise<Stream> =>
    new Promise((resolve, reject) => {
      const giveUp = (why: string, cause?: unknown): void => {
        timer.cancel();
        stream.destroy();
        reject(fail(why, cause));
      };
      const timer = wallClock.after(durationMs(waitMs), () => giveUp("no answer before the deadline"));
      const onError = (error: NodeJS.ErrnoException): void => giveUp(error.code ?? error.message, error);
      stream.once("error", onError);
      open(stream, () => {
        timer.cancel();
        stream.removeListener("error", onError);
        resolve(stream);
      });
    });
  if (transport.kind === "rtu") {
    const port = await serialPort(transport).catch((error: unknown) => {
      throw fail(messageOf(error), error);
    });
    const timing = { gapMs: interFrameGapMs(transport), brokenAfterMs: SERIAL_BROKEN_AFTER_MS };
    return ModbusLink.overLine(await within(port, openSerial), timing, owed, wallClock);
  }
  const socket = await within(connectTo(transport), (opening, done) => void opening.once("connect", done));
  if (transport.kind === "tcp") return ModbusLink.overTcp(socket, wallClock);
  const timing = { gapMs: interFrameGapMs(transport), brokenAfterMs: SERVER_BROKEN_AFTER_MS };
  return ModbusLink.overLine(socket, timing, owed, wallClock);
}

type Opening<Stream> = (stream: Stream, done: () => void) => void;
type SerialPort = import("serialport").SerialPort;

function connectTo({ host, port }: Omit<TcpTransport, "kind">): Socket {
  return createConnection({ host, port, noDelay: true, keepAlive: true });
}

/** Loaded on first use: it is native code, which programs without a serial line need not load. */
async function serialPort(transport: RtuTransport): Promise<SerialPort> {
  const { SerialPort } = await import("serialport");
  const { path, baudRate, parity = "none", dataBits = 8, stopBits = 1 } = transport;
  return new SerialPort({ path, baudRate, parity, dataBits, stopBits, autoOpen: false });
}

const openSerial: Opening<SerialPort> = (port, done) =>
  port.open((error) => {
    if (error === null) done();
    else port.emit("error", error);
  });
