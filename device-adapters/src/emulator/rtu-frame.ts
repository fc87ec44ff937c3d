/** CRC-16 of Modbus over serial line 1.02, 6.2.2: polynomial 0xA001, begun with 0xFFFF. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** Puts the CRC behind unit id, function code and data. */
export function rtuFrame(body: Uint8Array): Buffer {
  const frame = Buffer.concat([body, Buffer.alloc(2)]);
  frame.writeUInt16LE(crc16(body), body.length);
  return frame;
}

const REQUEST_LENGTH = 8;
const WRITE_REGISTERS = 16;

/** The length of the request that begins with these bytes; `null` while too few have come. */
function requestLength(received: Buffer): number | null {
  if (received.length < REQUEST_LENGTH) return null;
  return received.readUInt8(1) === WRITE_REGISTERS ? 9 + received.readUInt8(6) : REQUEST_LENGTH;
}

/** Cuts what a client sends over a line into requests without their CRC; what fails its CRC is dropped. */
export function rtuRequests(onRequest: (body: Buffer) => void): (chunk: Buffer) => void {
  let received = Buffer.alloc(0);
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let length = requestLength(received); length !== null; length = requestLength(received)) {
      if (received.length < length) return;
      const body = received.subarray(0, length - 2);
      const isWhole = received.readUInt16LE(length - 2) === crc16(body);
      received = isWhole ? received.subarray(length) : Buffer.alloc(0);
      if (isWhole) onRequest(body);
    }
  };
}
