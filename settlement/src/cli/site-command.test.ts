import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { type RegistryReader, registryReader } from "../chain/registry-reader.ts";
import { connectRpc, type JsonRpcProvider } from "../chain/rpc.ts";
import { accountOfKey } from "../chain/signer.ts";
import { meterKeyOf, signDigest } from "../chain/site-record.ts";
import { escrow } from "../escrow-rail.ts";
import { recordSigner } from "../metering/meter-signer.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { runOnChain } from "../testing/run-command.ts";
import { testContext, testStreet } from "../testing/street.ts";

const OLD_METER: Hex = `0x${(0x2000).toString(16).padStart(64, "0")}`;
const NEW_METER: Hex = `0x${"41".repeat(32)}`;
const BUYER: Hex = `0x${"42".repeat(32)}`;
const street = testStreet(2);

let directory: string;
let anvil: AnvilProcess;
let rpc: JsonRpcProvider;
let registry: RegistryReader;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-site-"));
  for (const name of ["chain", "operator"]) await mkdir(join(directory, name));
  anvil = await startAnvil(join(directory, "chain"), DEV_CHAIN_ID, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, DEV_CHAIN_ID);
  const rail = escrow({ rpcUrl: `http://127.0.0.1:${anvil.port}`, finality: 0, sweepEarnings: false });
  const stores = { batches: memoryBatches(), outbox: memoryOutbox() };
  await rail.start(testContext(street, join(directory, "operator"), stores));
  await rail.stop();
  const deployment = await readManifest(manifestPath(join(directory, "operator")));
  if (deployment === null) throw new Error("nothing was deployed");
  registry = registryReader(rpc, deployment);
  const [owner, neighbour] = street.sites;
  const keys = {
    owner: owner?.ownerKey,
    neighbour: neighbour?.ownerKey,
    old: OLD_METER,
    new: NEW_METER,
    buyer: BUYER,
  };
  for (const [name, key] of Object.entries(keys))
    await writeFile(join(directory, `${name}.key`), key ?? "", { mode: 0o600 });
}, 60_000);

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs `commonwatt site …` as the first home's owner. */
function run(...args: readonly string[]): ReturnType<typeof runOnChain> {
  const manifest = manifestPath(join(directory, "operator"));
  const caller = { rpcUrl: `http://127.0.0.1:${anvil.port}`, manifest, keyFile: key("owner") };
  return runOnChain(["site", ...args], caller);
}

const key = (name: string): string => join(directory, `${name}.key`);
const signedBy = (owner: string, meter: string): readonly string[] => [
  ...["--owner-key-file", key(owner), "--meter-key-file", key(meter)],
];
const refusal = (words: string) => ({
  code: 1,
  err: expect.stringContaining(`CHAIN_CALL_REVERTED: ${words}`),
});

describe("commonwatt site", { timeout: 180_000 }, () => {
  it("gives a site another meter, ahead of time, when owner and meter signed", async () => {
    const change = ["change", "--site", "home-1"];
    expect(await run(...change, ...signedBy("neighbour", "new"))).toMatchObject(refusal("the site's owner"));
    const stolen = [
      "--meter-key",
      recordSigner(NEW_METER).meterKey,
      "--meter-signature",
      `0x${"11".repeat(64)}`,
    ];
    expect(await run(...change, "--owner-key-file", key("owner"), ...stolen)).toMatchObject(
      refusal("the meter did not sign"),
    );
    expect(await run(...change, ...signedBy("owner", "new"), "--since", "1")).toMatchObject(
      refusal("a change can count from"),
    );
    expect(await run(...change, ...signedBy("owner", "new"), "--import-max-w", "99000")).toMatchObject(
      refusal("only the registrar"),
    );
    expect(await run(...change, "--meter-key-file", key("new"))).toMatchObject({
      ...{ code: 2, err: expect.stringContaining("USAGE_SIGNATURE") },
    });
    const unknown = { code: 1, err: expect.stringContaining("SITE_UNKNOWN") };
    expect(await run("change", "--site", "home-9")).toMatchObject(unknown);
    expect(await run("show", "--site", "home-9")).toMatchObject(unknown);

    expect(await run(...change, ...signedBy("owner", "new"))).toMatchObject({ code: 0 });
    const [before, after] = await registry.versions("home-1");
    const now = (await rpc.getBlock("latest"))?.timestamp ?? 0;
    expect(before?.meterKey).toEqual(meterKeyOf(recordSigner(OLD_METER).meterKey));
    expect(after?.meterKey).toEqual(meterKeyOf(recordSigner(NEW_METER).meterKey));
    expect(after?.since, "a day ahead").toBeGreaterThanOrEqual(now + 24 * 3_600);
    expect(after).toMatchObject({
      owner: before?.owner,
      importMaxW: before?.importMaxW,
      feeder: before?.feeder,
    });
  });

  it("takes signatures that were made elsewhere over the digest", async () => {
    const change = ["change", "--site", "home-1", "--new-owner-key-file", key("buyer")];
    const { summary } = await run(...change, "--digest");
    const { digest, since, deadline } = summary as { digest: Hex; since: number; deadline: string };
    const owner = signDigest(digest, street.sites[0]?.ownerKey ?? "0x");
    const elsewhere = [
      "--owner-signature",
      owner,
      "--meter-signature",
      recordSigner(NEW_METER).signRecord(digest),
    ];
    const sameTimes = ["--since", String(since), "--deadline", deadline];
    expect(await run(...change, ...sameTimes, ...elsewhere)).toMatchObject({ code: 0 });
    expect((await registry.versions("home-1")).at(-1)?.owner).toBe(accountOfKey(BUYER));
  });

  it("takes a meter's key away from a site that has been sold", async () => {
    const change = ["change", "--site", "home-1", "--no-meter"];
    expect(await run(...change, "--owner-key-file", key("owner"))).toMatchObject(refusal("the site's owner"));
    expect(await run(...change, "--owner-key-file", key("buyer"))).toMatchObject({ code: 0 });
    const { summary } = await run("show", "--site", "home-1");
    expect(summary["versions"]).toHaveLength(4);
    expect((await registry.versions("home-1")).at(-1)?.meterKey.kind).toBe(0);
  });

  it("cancels the orders of a group, and takes nothing back of that", async () => {
    expect(await run("cancel-orders", "--group", "3", "--counter", "7")).toMatchObject({ code: 0 });
    expect(await run("cancel-orders", "--group", "3", "--counter", "6")).toMatchObject(
      refusal("the counter is 7"),
    );
  });
});
