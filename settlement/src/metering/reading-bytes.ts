import { createHash } from "node:crypto";
import type { MeterReading } from "@commonwatt/vpp-core";

/** Keeps a signature over a reading from meaning anything else: SHA-256 of this text opens every message. */
const READING_DOMAIN = "commonwatt.meter-reading.v1";

/** Length of an encoded reading: two 32-byte words, four 8-byte numbers. */
const READING_BYTES_LENGTH = 96;

/**
 * The bytes a meter signs: SHA-256 of the domain, SHA-256 of the site's name, then sequence, time in ms,
 * import and export register in Wh, each as an unsigned big-endian 64-bit integer. Fixed lengths, so that
 * no two readings share an encoding. Throws a RangeError for a negative or fractional number.
 */
export function encodeReading(reading: MeterReading): Uint8Array {
  return encodeHashedReading(sha256(reading.siteId), reading);
}

/** The same bytes, when only the hash of the site's name is known. */
export function encodeHashedReading(siteHash: Uint8Array, reading: Omit<MeterReading, "siteId">): Uint8Array {
  const bytes = Buffer.alloc(READING_BYTES_LENGTH);
  sha256(READING_DOMAIN).copy(bytes, 0);
  bytes.set(siteHash, 32);
  bytes.writeBigUInt64BE(BigInt(reading.sequence), 64);
  bytes.writeBigUInt64BE(BigInt(reading.takenAtMs), 72);
  bytes.writeBigUInt64BE(BigInt(reading.importWh), 80);
  bytes.writeBigUInt64BE(BigInt(reading.exportWh), 88);
  return bytes;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
