import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { Transaction, Wallet } from "ethers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Asked, httpNode, result } from "../testing/http-node.ts";
import { keptKey, keyFrom, signerFrom } from "./key-source.ts";
import { accountOfKey, externalSigner, keySigner, type UnsignedTransaction } from "./signer.ts";

const KEY: Hex = `0x${"7e".repeat(32)}`;
const ACCOUNT = accountOfKey(KEY);
const UNSIGNED: UnsignedTransaction = {
  ...{ chainId: 31_337n, nonce: 4, to: `0x${"11".repeat(20)}`, data: "0x1234", gasLimit: 90_000n },
  ...{ maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
};
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-keys-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

/** Signs what it is asked to, with `key`, after `change`; as Web3Signer answers. */
async function signAsked({ params }: Asked, key: Hex, change: object = {}): Promise<Hex> {
  const { from: _from, gas = "0x0", ...rest } = params[0] as Record<string, string>;
  const fields = { ...rest, nonce: Number(rest["nonce"]), gasLimit: gas, type: 2, ...change };
  return (await new Wallet(key).signTransaction(fields)) as Hex;
}

describe("a key of our own", () => {
  it("comes from the environment", async () => {
    vi.stubEnv("COMMONWATT_TEST_KEY", KEY);
    expect((await signerFrom({ env: "COMMONWATT_TEST_KEY" })).account).toBe(ACCOUNT);
    await expect(signerFrom({ env: "COMMONWATT_NO_KEY" })).rejects.toMatchObject({ code: "KEY_MISSING" });
    vi.stubEnv("COMMONWATT_TEST_KEY", `${KEY}77`);
    const failure = await signerFrom({ env: "COMMONWATT_TEST_KEY" }).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "KEY_INVALID" });
    expect(String(failure), "a message never holds a key").not.toContain("7e7e");
  });

  it("comes from a file that nobody else can read", async () => {
    const file = join(directory, "key");
    await expect(signerFrom({ file })).rejects.toMatchObject({ code: "KEY_MISSING" });
    await writeFile(file, `${KEY}\n`, { mode: 0o600 });
    expect((await signerFrom({ file })).account).toBe(ACCOUNT);
    for (const mode of [0o644, 0o640, 0o604]) {
      await chmod(file, mode);
      await expect(signerFrom({ file })).rejects.toMatchObject({ code: "KEY_FILE_OPEN" });
    }
    await writeFile(file, "secret words");
    await chmod(file, 0o600);
    await expect(signerFrom({ file })).rejects.toMatchObject({ code: "KEY_INVALID" });
  });

  it("comes from the file in which a street keeps a home's two keys", async () => {
    const file = join(directory, "home-1.json");
    const meterKey = `0x${"6d".repeat(32)}`;
    await writeFile(file, `${JSON.stringify({ ownerKey: KEY, meterKey })}\n`, { mode: 0o600 });
    expect((await signerFrom({ file })).account).toBe(ACCOUNT);
    expect(await keyFrom({ file }, "meterKey")).toBe(meterKey);
    for (const text of ["{", '{"meterKey":"0x1"}']) {
      await writeFile(file, text);
      await expect(keyFrom({ file })).rejects.toMatchObject({ code: "KEY_INVALID" });
    }
  });

  it("is made once, for its owner only", async () => {
    const path = join(directory, "operator.key");
    const key = await keptKey(path);
    expect(await keptKey(path)).toBe(key);
    expect((await readFile(path, "utf8")).trim()).toBe(key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe("another program that signs", () => {
  it.each([
    ["the bytes", (raw: Hex): unknown => raw],
    ["an object with the bytes", (raw: Hex): unknown => ({ raw, tx: {} })],
  ])("may answer with %s", async (_name, shape) => {
    const url = await httpNode(async (asked, response) => {
      expect(asked.method).toBe("eth_signTransaction");
      result(response, asked.id, shape(await signAsked(asked, KEY)));
    });
    const raw = await externalSigner(url, ACCOUNT).sign(UNSIGNED);
    expect(raw).toBe(await keySigner(KEY).sign(UNSIGNED));
    expect(Transaction.from(raw)).toMatchObject({ nonce: 4, from: ACCOUNT });
  });

  it("may deploy a contract", async () => {
    const url = await httpNode(async (asked, response) =>
      result(response, asked.id, await signAsked(asked, KEY)),
    );
    const deploying = { ...UNSIGNED, to: null };
    expect(await externalSigner(url, ACCOUNT).sign(deploying)).toBe(await keySigner(KEY).sign(deploying));
  });

  it.each<[string, (asked: Asked) => Promise<unknown>]>([
    ["another key's signature", (asked) => signAsked(asked, `0x${"7f".repeat(32)}`)],
    ["another nonce", (asked) => signAsked(asked, KEY, { nonce: 5 })],
    ["another recipient", (asked) => signAsked(asked, KEY, { to: `0x${"22".repeat(20)}` })],
    ["money sent along", (asked) => signAsked(asked, KEY, { value: 1n })],
    ["nothing", async () => null],
  ])("is not trusted with %s", async (_name, answer) => {
    const url = await httpNode(async (asked, response) => result(response, asked.id, await answer(asked)));
    await expect(externalSigner(url, ACCOUNT).sign(UNSIGNED)).rejects.toMatchObject({
      code: "SIGNER_REFUSED",
    });
  });

  it("may refuse, or be away", async () => {
    const error = { code: -32_000, message: "locked" };
    const url = await httpNode(({ id }, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error })),
    );
    await expect(externalSigner(url, ACCOUNT).sign(UNSIGNED)).rejects.toMatchObject({
      ...{ code: "SIGNER_REFUSED", message: expect.stringContaining("locked") },
    });
    const away = await httpNode((_asked, response) => response.destroy());
    await expect(externalSigner(away, ACCOUNT).sign(UNSIGNED)).rejects.toMatchObject({
      ...{ code: "SIGNER_UNREACHABLE", retryable: true },
      message: expect.stringMatching(/^the signer does not answer: http:/),
    });
  });
});
