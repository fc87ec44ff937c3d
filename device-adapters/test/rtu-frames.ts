import { crc16 } from "../src/emulator/rtu-frame.ts";

/** An RTU request as it came in. */
export interface RtuRequest {
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  /** Registers to read or written; the value of function 6. */
  readonly count: number;
}

/** Puts the CRC behind a frame. */
export function rtuFrame(unit: number, ...pdu: readonly number[]): Buffer {
  const frame = Buffer.from([unit, ...pdu, 0, 0]);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
  return frame;
}

/** The right reply: registers that count up from their address, or the echo of a write. */
export function rtuReply({ unit, functionCode, address, count }: RtuRequest): Buffer {
  if (functionCode !== 3 && functionCode !== 4) {
    return rtuFrame(unit, functionCode, address >> 8, address & 0xff, count >> 8, count & 0xff);
  }
  const data = Array.from({ length: count }, (_, index) => [
    (address + index) >> 8,
    (address + index) & 0xff,
  ]);
  return rtuFrame(unit, functionCode, 2 * count, ...data.flat());
}

/**
 * Cuts what a client sends into requests.
 * @throws Error when a CRC is wrong: a client must never send that.
 */
export function rtuRequests(onRequest: (request: RtuRequest) => void): (chunk: Buffer) => void {
  let received = Buffer.alloc(0);
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 8) {
      const length = received.readUInt8(1) === 16 ? 9 + received.readUInt8(6) : 8;
      if (received.length < length) return;
      const frame = received.subarray(0, length);
      received = received.subarray(length);
      if (frame.readUInt16LE(length - 2) !== crc16(frame.subarray(0, -2))) throw new Error("a CRC is wrong");
      onRequest({
        unit: frame.readUInt8(0),
        functionCode: frame.readUInt8(1),
        address: frame.readUInt16BE(2),
        count: frame.readUInt16BE(4),
      });
    }
  };
}
