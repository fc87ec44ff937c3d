import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  durationMs,
  type Hex,
  type OutboxEntry,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnvilProcess, startAnvil } from "../chain/anvil-process.ts";
import { checkDeployment } from "../chain/deployment.ts";
import { DEV_CHAIN_ID } from "../chain/dev-chain.ts";
import { fundGas } from "../chain/gas.ts";
import { readManifest } from "../chain/manifest.ts";
import { connectRpc, type JsonRpcProvider, nonceOf } from "../chain/rpc.ts";
import { accountOfKey } from "../chain/signer.ts";
import { COMMAND } from "../testing/run-command.ts";

/** Token, register, eight judges, court and escrow. */
const CONTRACTS = 12;

let directory: string;
let anvil: AnvilProcess;
let rpc: JsonRpcProvider;
let keys = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-deploy-"));
  anvil = await startAnvil(directory, DEV_CHAIN_ID, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, DEV_CHAIN_ID);
});

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Deploying {
  readonly operator: Account;
  readonly manifest: string;
  start(...more: readonly string[]): ChildProcess;
  /** What was done so far, by the notes beside the manifest: calls that were signed, and that are known to be done. */
  steps(): Promise<{ readonly entries: readonly OutboxEntry[]; readonly count: number }>;
}

/** A deployment with a key of its own. */
async function deploying(): Promise<Deploying> {
  keys += 1;
  const key: Hex = `0x${keys.toString(16).padStart(64, "8")}`;
  const [keyFile, manifest] = [join(directory, `${keys}.key`), join(directory, `${keys}.json`)];
  await writeFile(keyFile, key, { mode: 0o600 });
  const operator = accountOfKey(key);
  await fundGas(rpc, [operator]);
  const rpcUrl = `http://127.0.0.1:${anvil.port}`;
  const terms = ["--community", "our-street", "--retail", "300000", "--feed-in", "80000"];
  const args = ["deploy", "--rpc", rpcUrl, ...terms, "--key-file", keyFile, "--manifest", manifest];
  return {
    ...{ operator, manifest },
    start: (...more) => spawn(process.execPath, [COMMAND, ...args, ...more], { stdio: "pipe" }),
    async steps() {
      const text = await readFile(`${manifest}.part`, "utf8").catch(() => '{"entries":[]}');
      const { entries } = JSON.parse(text) as { entries: OutboxEntry[] };
      return {
        entries,
        count: entries.length + entries.filter(({ status }) => status === "confirmed").length,
      };
    },
  };
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly err: string }> {
  let err = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, err };
}

/** Lets a deployment do some steps and kills it there; `false` when it came to its end first. */
async function killedAfter(deployment: Deploying, steps: number): Promise<boolean> {
  const child = deployment.start();
  const over = ended(child);
  const before = (await deployment.steps()).count;
  while (child.exitCode === null) {
    if ((await deployment.steps()).count >= before + steps) {
      child.kill("SIGKILL");
      await over;
      return true;
    }
    await sleep(systemClock, durationMs(1));
  }
  await over;
  return false;
}

describe("commonwatt deploy", { timeout: 180_000 }, () => {
  it("goes on where it was killed, and deploys nothing twice", async () => {
    const deployment = await deploying();
    const held: number[] = [];
    while (await killedAfter(deployment, 1 + (held.length % 3))) held.push((await deployment.steps()).count);
    expect(held.length, "it was killed again and again").toBeGreaterThanOrEqual(6);
    const known = await readManifest(deployment.manifest);
    if (known === null) throw new Error("there is no manifest");
    await checkDeployment(rpc, DEV_CHAIN_ID, known);
    expect(await nonceOf(rpc, deployment.operator)).toBe(CONTRACTS);
    await expect(stat(`${deployment.manifest}.part`)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("does not go on with what was begun on other terms, or with a damaged file", async () => {
    const deployment = await deploying();
    await killedAfter(deployment, 2);
    const other = await ended(deployment.start("--bond", "5"));
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining("DEPLOYMENT_BEGUN_OTHERWISE") });
    await writeFile(`${deployment.manifest}.part`, '{"purpose":');
    const damaged = await ended(deployment.start());
    expect(damaged).toMatchObject({ code: 1, err: expect.stringContaining("DEPLOYMENT_INVALID") });
  });

  it("says in what contracts that are there differ, and which terms no court takes", async () => {
    const { manifest, start } = await deploying();
    expect((await ended(start())).code).toBe(0);
    const differs = (name: string) => ({
      ...{ code: 1, err: expect.stringContaining(`${manifest} is there already, with ${name} `) },
    });
    expect(await ended(start("--community", "other"))).toMatchObject(differs("community"));
    expect(await ended(start("--bond", "5"))).toMatchObject(differs("minimumBond"));
    const terms = { code: 2, err: expect.stringContaining("USAGE_TERMS") };
    expect(await ended(start("--feed-in", "300001"))).toMatchObject(terms);
    expect(await ended(start("--delay", String(3 * 6 * 3_600)))).toMatchObject(terms);
    expect((await ended(start())).code).toBe(0);
  });

  it("says briefly that nobody can pay for it", async () => {
    const { manifest, start } = await deploying();
    const poor = `${manifest}.key`;
    await writeFile(poor, `0x${"5e".repeat(32)}`, { mode: 0o600 });
    const { code, err } = await ended(start("--key-file", poor));
    expect([code, err]).toEqual([
      1,
      "CHAIN_REFUSED: the node refuses: sending deploy:token: whoever sends it has not enough to pay for gas\n",
    ]);
  });
});
