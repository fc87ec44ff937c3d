import { domainSeparator, signingDomain } from "@commonwatt/market";
import { type Account, epochMs, type Hex, type MeterReading, siteId, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { meterSigner, recordSigner } from "./meter-signer.ts";
import { encodeReading } from "./reading-bytes.ts";
import { checkSuccession, verifyReading } from "./verify-reading.ts";

const KEY: Hex = `0x${"11".repeat(32)}`;
const COURT = `0x${"0c".repeat(20)}` as Account;
const SIGNED_FOR = { community: "street", domain: signingDomain(31_337, COURT) };
const DOMAIN = domainSeparator(SIGNED_FOR);
const signer = meterSigner(KEY, () => DOMAIN);
const stranger = meterSigner(`0x${"22".repeat(32)}`, () => DOMAIN);

function reading(change: Partial<MeterReading> = {}): MeterReading {
  return {
    siteId: siteId("home-1"),
    sequence: 7,
    takenAtMs: epochMs(1_790_000_000_000),
    importWh: wattHours(1_200),
    exportWh: wattHours(3_400),
    ...change,
  };
}

describe("a signed reading", () => {
  it("verifies under the meter's own key, with a low s every time", () => {
    for (let sequence = 0; sequence < 40; sequence++) {
      expect(verifyReading(DOMAIN, signer.sign(reading({ sequence })))).toBeNull();
    }
  });

  it("has the public key that belongs to the private one", () => {
    // RFC 6979 A.2.5 names this P-256 key pair.
    const known = recordSigner("0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
    expect(known.meterKey).toBe(
      "0x0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    );
  });

  it("is encoded in 128 bytes that differ in every field", () => {
    const base = Buffer.from(encodeReading(DOMAIN, reading())).toString("hex");
    expect(base).toHaveLength(256);
    expect(base.slice(192)).toBe("0000000000000007000001a0c4506c0000000000000004b00000000000000d48");
    const changes = [{ siteId: siteId("home-2") }, { sequence: 8 }, { takenAtMs: epochMs(1) }];
    for (const change of changes) {
      expect(Buffer.from(encodeReading(DOMAIN, reading(change))).toString("hex")).not.toBe(base);
    }
  });

  it.each([
    ["site", { siteId: siteId("home-2") }],
    ["sequence", { sequence: 8 }],
    ["time", { takenAtMs: epochMs(1_790_000_000_001) }],
    ["import register", { importWh: wattHours(1_199) }],
    ["export register", { exportWh: wattHours(3_401) }],
    ["key", { meterKey: stranger.meterKey }],
  ])("is refused when its %s was changed", (_field, change) => {
    expect(verifyReading(DOMAIN, { ...signer.sign(reading()), ...change })).toBe("signature-wrong");
  });

  it.each([
    ["another community", { ...SIGNED_FOR, community: "road" }],
    ["another chain", { ...SIGNED_FOR, domain: signingDomain(1, COURT) }],
    ["another court", { ...SIGNED_FOR, domain: signingDomain(31_337, `0x${"0d".repeat(20)}` as Account) }],
    ["another version", { ...SIGNED_FOR, domain: { ...SIGNED_FOR.domain, version: "2" } }],
    ["another program", { ...SIGNED_FOR, domain: { ...SIGNED_FOR.domain, name: "Uncommonwatt" } }],
    ["no chain", { community: "street" }],
  ])("is nobody's when it was signed for %s", (_what, signedFor) => {
    const elsewhere = meterSigner(KEY, () => domainSeparator(signedFor));
    expect(verifyReading(DOMAIN, elsewhere.sign(reading()))).toBe("signature-wrong");
    expect(verifyReading(domainSeparator(signedFor), elsewhere.sign(reading()))).toBeNull();
  });

  it("is refused when it is malformed", () => {
    const good = signer.sign(reading());
    const offCurve: Hex = `0x04${"01".repeat(64)}`;
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = BigInt(`0x${good.signature.slice(66)}`);
    const highS: Hex = `0x${good.signature.slice(2, 66)}${(order - s).toString(16).padStart(64, "0")}`;
    expect(verifyReading(DOMAIN, { ...good, sequence: -1 })).toBe("reading-malformed");
    expect(verifyReading(DOMAIN, { ...good, importWh: 0.5 as typeof good.importWh })).toBe(
      "reading-malformed",
    );
    expect(verifyReading(DOMAIN, { ...good, meterKey: "0x04" })).toBe("meter-key-malformed");
    expect(verifyReading(DOMAIN, { ...good, meterKey: offCurve })).toBe("meter-key-malformed");
    expect(verifyReading(DOMAIN, { ...good, signature: "0x00" })).toBe("signature-malformed");
    expect(verifyReading(DOMAIN, { ...good, signature: highS })).toBe("signature-not-low-s");
  });

  it("cannot be made with a key that is none", () => {
    const invalid = expect.objectContaining({ code: "METER_KEY_INVALID" });
    expect(() => recordSigner("0x1234")).toThrow(invalid);
    expect(() => meterSigner(`0x${"00".repeat(32)}`, () => DOMAIN)).toThrow(invalid);
    expect(() => meterSigner(`0x${"ff".repeat(32)}`, () => DOMAIN)).toThrow(invalid);
  });
});

describe("a reading after another", () => {
  const first = signer.sign(reading());
  const next = { sequence: 8, takenAtMs: epochMs(1_790_000_900_000) };

  it("may rise, stand still, or be the same reading again", () => {
    expect(checkSuccession(first, signer.sign(reading(next)))).toBeNull();
    expect(checkSuccession(first, signer.sign(reading({ ...next, importWh: wattHours(1_300) })))).toBeNull();
    expect(checkSuccession(first, first)).toBeNull();
  });

  it.each([
    ["site-differs", signer.sign(reading({ ...next, siteId: siteId("home-2") }))],
    ["meter-key-differs", stranger.sign(reading(next))],
    ["sequence-reused", signer.sign(reading({ exportWh: wattHours(3_401) }))],
    ["sequence-not-rising", signer.sign(reading({ ...next, sequence: 6 }))],
    ["time-not-rising", signer.sign(reading({ ...next, takenAtMs: first.takenAtMs }))],
    ["import-register-decreased", signer.sign(reading({ ...next, importWh: wattHours(1_199) }))],
    ["export-register-decreased", signer.sign(reading({ ...next, exportWh: wattHours(3_399) }))],
  ])("is refused as %s", (code, later) => {
    expect(checkSuccession(first, later)).toBe(code);
  });
});
