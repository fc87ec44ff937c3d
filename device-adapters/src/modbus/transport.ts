/** Modbus over TCP/IP, with its header of seven bytes. */
export interface TcpTransport {
  readonly kind: "tcp";
  readonly host: string;
  /** 502 unless the maker says otherwise. */
  readonly port: number;
}

/** RTU frames through a TCP connection to a serial device server. */
export interface RtuTcpTransport {
  readonly kind: "rtu-tcp";
  readonly host: string;
  readonly port: number;
  /** Silence on the line before a request; 5 ms unless given, which is 3.5 characters at 9,600 baud. */
  readonly interFrameGapMs?: number;
}

/** RTU frames on a serial line of this machine. */
export interface RtuTransport {
  readonly kind: "rtu";
  /** For example `/dev/ttyUSB0` or `COM3`. */
  readonly path: string;
  readonly baudRate: number;
  /** `none` unless given. */
  readonly parity?: "none" | "even" | "odd";
  /** 8 unless given. */
  readonly dataBits?: 7 | 8;
  /** 1 unless given. */
  readonly stopBits?: 1 | 2;
  /** Silence on the line before a request; 3.5 characters unless given, and never below 2 ms. */
  readonly interFrameGapMs?: number;
}

/** How Modbus frames reach a peer. */
export type Transport = TcpTransport | RtuTcpTransport | RtuTransport;

/** Where a peer is: a transport, or in short the host and port of a Modbus TCP peer. */
export type PeerAddress =
  | { readonly host: string; readonly port: number; readonly transport?: never }
  | { readonly transport: Transport; readonly host?: never; readonly port?: never };

/** The transport to a peer. */
export function transportOf(address: PeerAddress): Transport {
  if (address.transport !== undefined) return address.transport;
  return { kind: "tcp", host: address.host, port: address.port };
}

/** A peer as a person would name it: host and port, or the serial line. Equal for equal peers. */
export function peerName(transport: Transport): string {
  if (transport.kind === "rtu") return transport.path;
  const name = `${transport.host}:${transport.port}`;
  return transport.kind === "tcp" ? name : `rtu+${name}`;
}

/** At this rate and above the standard fixes the gap (Modbus over serial line 1.02, 2.5.1.1). */
const FIXED_GAP_ABOVE_BAUD = 19_200;
const GAP_CHARACTERS = 3.5;
const BITS_PER_CHARACTER = 11;
/** 1.75 ms, on a clock of whole milliseconds. */
const SERIAL_GAP_MIN_MS = 2;
const SERVER_GAP_MS = 5;

/** How long the line must be silent before a request. */
export function interFrameGapMs(transport: RtuTransport | RtuTcpTransport): number {
  if (transport.interFrameGapMs !== undefined) return transport.interFrameGapMs;
  if (transport.kind === "rtu-tcp") return SERVER_GAP_MS;
  if (transport.baudRate > FIXED_GAP_ABOVE_BAUD) return SERIAL_GAP_MIN_MS;
  return Math.max(
    SERIAL_GAP_MIN_MS,
    Math.ceil((GAP_CHARACTERS * BITS_PER_CHARACTER * 1_000) / transport.baudRate),
  );
}
