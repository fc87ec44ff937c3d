import { createECDH, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { CommonwattError, type Hex, type MeterSigner } from "@commonwatt/vpp-core";
import { jwkOfPoint, lowS } from "./p256.ts";
import { encodeReading } from "./reading-bytes.ts";

/**
 * Makes a signer of cumulative register readings from a raw P-256 private key of 32 bytes.
 * @throws CommonwattError `METER_KEY_INVALID` when the bytes are no private key of the curve.
 */
export function meterSigner(privateKey: Hex): MeterSigner {
  const { meterKey, key } = keyPair(privateKey);
  const signBytes = (bytes: Uint8Array): Hex => {
    const raw = sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
    return `0x${lowS(raw).toString("hex")}`;
  };
  return {
    meterKey,
    signRecord: (digest) => signBytes(Buffer.from(digest.slice(2), "hex")),
    sign(reading) {
      const signature = signBytes(encodeReading(reading));
      const { siteId, sequence, takenAtMs, importWh, exportWh } = reading;
      return { siteId, sequence, takenAtMs, importWh, exportWh, meterKey, signature };
    },
  };
}

function keyPair(privateKey: Hex): { meterKey: Hex; key: KeyObject } {
  try {
    if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey)) throw new RangeError("expected 32 bytes of hex");
    const scalar = Buffer.from(privateKey.slice(2), "hex");
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(scalar);
    const point = curve.getPublicKey();
    const jwk = { ...jwkOfPoint(point), d: scalar.toString("base64url") };
    return { meterKey: `0x${point.toString("hex")}`, key: createPrivateKey({ key: jwk, format: "jwk" }) };
  } catch (cause) {
    throw new CommonwattError("METER_KEY_INVALID", "a meter's key must be a P-256 private key of 32 bytes", {
      cause,
    });
  }
}
