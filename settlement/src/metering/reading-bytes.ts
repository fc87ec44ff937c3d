import { createHash } from "node:crypto";
import type { MeterReading } from "@commonwatt/vpp-core";

/** Keeps a signature over a reading from meaning anything else: SHA-256 of this text opens every message. */
const READING_KIND = "commonwatt.meter-reading.v2";

/** Length of an encoded reading: three 32-byte words, four 8-byte numbers. */
const READING_BYTES_LENGTH = 128;

/**
 * The bytes a meter signs: SHA-256 of what kind of message it is, the domain that it is signed for, SHA-256 of the
 * site's name, then sequence, time in ms, import and export register in Wh, each as an unsigned big-endian 64-bit
 * integer. Fixed lengths, so that no two readings share an encoding. Throws a RangeError for a negative or fractional
 * number.
 * @param domain - the EIP-712 domain separator (32 bytes) that the community's orders are signed in, too: a reading
 * counts on no other chain, before no other court and in no other community.
 */
export function encodeReading(domain: Uint8Array, reading: MeterReading): Uint8Array {
  return encodeHashedReading(domain, sha256(reading.siteId), reading);
}

/** The same bytes, when only the hash of the site's name is known. */
export function encodeHashedReading(
  domain: Uint8Array,
  siteHash: Uint8Array,
  reading: Omit<MeterReading, "siteId">,
): Uint8Array {
  const bytes = Buffer.alloc(READING_BYTES_LENGTH);
  sha256(READING_KIND).copy(bytes, 0);
  bytes.set(domain, 32);
  bytes.set(siteHash, 64);
  bytes.writeBigUInt64BE(BigInt(reading.sequence), 96);
  bytes.writeBigUInt64BE(BigInt(reading.takenAtMs), 104);
  bytes.writeBigUInt64BE(BigInt(reading.importWh), 112);
  bytes.writeBigUInt64BE(BigInt(reading.exportWh), 120);
  return bytes;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
