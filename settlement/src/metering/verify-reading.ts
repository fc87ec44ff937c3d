import { createPublicKey, verify } from "node:crypto";
import type { SignedMeterReading } from "@commonwatt/vpp-core";
import { hasLowS, jwkOfPoint } from "./p256.ts";
import { encodeHashedReading, encodeReading } from "./reading-bytes.ts";

/** What can be wrong with one signed reading, in the order it is checked. */
export type ReadingFault =
  | "reading-malformed"
  | "meter-key-malformed"
  | "signature-malformed"
  | "signature-not-low-s"
  | "signature-wrong";

/** What can be wrong with a reading after an earlier one of the same meter, in the order it is checked. */
export type SuccessionFault =
  | "site-differs"
  | "meter-key-differs"
  | "sequence-reused"
  | "sequence-not-rising"
  | "time-not-rising"
  | "import-register-decreased"
  | "export-register-decreased";

/**
 * Checks a reading by itself: form, then signature. `null` when it is sound. What was signed for another domain than
 * `domain` is to it what nobody signed.
 */
export function verifyReading(domain: Uint8Array, reading: SignedMeterReading): ReadingFault | null {
  return signedFault(reading, () => encodeReading(domain, reading));
}

/** Checks a reading of which only the hash of its site's name is known. */
export function verifyHashedReading(
  domain: Uint8Array,
  siteHash: Uint8Array,
  reading: Omit<SignedMeterReading, "siteId">,
): ReadingFault | null {
  return signedFault(reading, () => encodeHashedReading(domain, siteHash, reading));
}

function signedFault(
  reading: Omit<SignedMeterReading, "siteId">,
  message: () => Uint8Array,
): ReadingFault | null {
  const { sequence, takenAtMs, importWh, exportWh } = reading;
  const numbers = [sequence, takenAtMs, importWh, exportWh];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return "reading-malformed";
  if (!/^0x04[0-9a-f]{128}$/i.test(reading.meterKey)) return "meter-key-malformed";
  if (!/^0x[0-9a-f]{128}$/i.test(reading.signature)) return "signature-malformed";
  const signature = Buffer.from(reading.signature.slice(2), "hex");
  if (!hasLowS(signature)) return "signature-not-low-s";
  const point = Buffer.from(reading.meterKey.slice(2), "hex");
  try {
    const key = createPublicKey({ key: jwkOfPoint(point), format: "jwk" });
    const sound = verify("sha256", message(), { key, dsaEncoding: "ieee-p1363" }, signature);
    return sound ? null : "signature-wrong";
  } catch {
    // Sixty-five bytes that are no point of the curve.
    return "meter-key-malformed";
  }
}

/**
 * Checks that one reading may follow another of the same meter. The very same reading twice is fine; the
 * same sequence number under two different readings is not: it shows a cloned or a lying meter.
 */
export function checkSuccession(
  earlier: SignedMeterReading,
  later: SignedMeterReading,
): SuccessionFault | null {
  if (later.siteId !== earlier.siteId) return "site-differs";
  if (later.meterKey !== earlier.meterKey) return "meter-key-differs";
  if (later.sequence === earlier.sequence) {
    return isSame(earlier, later) ? null : "sequence-reused";
  }
  if (later.sequence < earlier.sequence) return "sequence-not-rising";
  if (later.takenAtMs <= earlier.takenAtMs) return "time-not-rising";
  if (later.importWh < earlier.importWh) return "import-register-decreased";
  if (later.exportWh < earlier.exportWh) return "export-register-decreased";
  return null;
}

function isSame(one: SignedMeterReading, other: SignedMeterReading): boolean {
  return (
    one.takenAtMs === other.takenAtMs && one.importWh === other.importWh && one.exportWh === other.exportWh
  );
}
