import { createECDH, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { CommonwattError, type Hex, type MeterSigner } from "@commonwatt/vpp-core";
import { jwkOfPoint, lowS } from "./p256.ts";
import { encodeReading } from "./reading-bytes.ts";

/**
 * Makes a signer of records that bind a meter to its site, from the meter's raw P-256 private key of 32 bytes.
 * @throws CommonwattError `METER_KEY_INVALID` when the bytes are no private key of the curve.
 */
export function recordSigner(privateKey: Hex): Omit<MeterSigner, "sign"> {
  const { meterKey, key } = keyPair(privateKey);
  return { meterKey, signRecord: (digest) => signBytes(Buffer.from(digest.slice(2), "hex"), key) };
}

/**
 * Makes a signer of cumulative register readings, too.
 * @param domainOf - the EIP-712 domain separator (32 bytes) that readings are signed for, asked for each of them: a
 * home knows it when it has joined.
 * @throws CommonwattError `METER_KEY_INVALID` when the bytes are no private key of the curve.
 */
export function meterSigner(privateKey: Hex, domainOf: () => Uint8Array): MeterSigner {
  const { meterKey, key } = keyPair(privateKey);
  return {
    ...recordSigner(privateKey),
    sign(reading) {
      const signature = signBytes(encodeReading(domainOf(), reading), key);
      const { siteId, sequence, takenAtMs, importWh, exportWh } = reading;
      return { siteId, sequence, takenAtMs, importWh, exportWh, meterKey, signature };
    },
  };
}

function signBytes(bytes: Uint8Array, key: KeyObject): Hex {
  const raw = sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
  return `0x${lowS(raw).toString("hex")}`;
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
