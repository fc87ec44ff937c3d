import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEV_CHAIN_ID, type DevChain, startDevChain } from "../chain/dev-chain.ts";
import { fundGas } from "../chain/gas.ts";
import { connectRpc } from "../chain/rpc.ts";
import { accountOfKey } from "../chain/signer.ts";
import { runCommand } from "../testing/run-command.ts";

const DOCS = ["how-a-kwh-is-paid", "run-a-watcher", "deploy", "your-money"];
/** Commands that have commands of their own. */
const GROUPS = ["demo", "escrow", "site"];
const KEY: Hex = `0x${"5c".repeat(32)}`;

let directory: string;
let chain: DevChain;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-commands-"));
  chain = await startDevChain(join(directory, "chain"));
  const rpc = connectRpc(chain.rpcUrl, DEV_CHAIN_ID);
  await fundGas(rpc, [accountOfKey(KEY)]);
  rpc.destroy();
  await writeFile(join(directory, "operator.key"), KEY, { mode: 0o600 });
});

afterAll(async () => {
  await chain.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Every command of the docs, its arguments apart. */
async function documented(): Promise<readonly (readonly string[])[]> {
  const commands: string[][] = [];
  for (const page of DOCS) {
    const text = await readFile(new URL(`../../docs/${page}.md`, import.meta.url), "utf8");
    for (const [, line = ""] of text.matchAll(/^npx commonwatt (.+)$/gm)) commands.push(line.split(" "));
  }
  return commands;
}

describe("the commands of the docs", { timeout: 240_000 }, () => {
  it("know every option that is written there", async () => {
    const commands = await documented();
    expect(commands.length).toBeGreaterThanOrEqual(5);
    const options = new Map<string, Set<string>>();
    for (const command of commands) {
      const name = command.slice(0, GROUPS.includes(command[0] ?? "") ? 2 : 1).join(" ");
      const known = options.get(name) ?? new Set();
      options.set(name, known);
      for (const option of command.filter((word) => word.startsWith("--"))) known.add(option);
    }
    for (const [name, written] of options) {
      const { out } = await runCommand([...name.split(" "), "--help"]);
      for (const option of written) expect(out).toContain(option);
    }
  });

  it("deploy once, check what is there, and watch it", async () => {
    const manifest = join(directory, "deployment.json");
    const page = (await documented()).find(([name]) => name === "deploy") ?? [];
    const replaced = page.map((word) => {
      if (word === "deployment.json") return manifest;
      if (word === "operator.key") return join(directory, "operator.key");
      return word.startsWith("http") ? chain.rpcUrl : word;
    });
    const first = await runCommand([...replaced, "--json"]);
    expect(first.err).toBe("");
    const summary = JSON.parse(first.out);
    expect(summary).toMatchObject({ event: "summary", version: 2, chainId: DEV_CHAIN_ID });
    expect(Object.keys(summary.judges)).toHaveLength(8);
    const again = JSON.parse((await runCommand([...replaced, "--json"])).out);
    expect(again).toEqual(summary);
    expect(`${first.out}${first.err}`).not.toContain("5c5c");

    const args = ["watch", "--rpc", chain.rpcUrl, "--source", directory, "--manifest", manifest];
    const watched = await runCommand([...args, "--data", join(directory, "watch"), "--once", "--json"]);
    expect(watched.code).toBe(0);
    expect(watched.out).toContain('"event":"summary","batches":0');

    const poor = join(directory, "poor.key");
    await writeFile(poor, `0x${"5d".repeat(32)}`, { mode: 0o600 });
    const warned = await runCommand([...args, "--data", directory, "--once", "--key-file", poor]);
    expect(warned).toMatchObject({ code: 0, out: expect.stringContaining("has nothing to pay gas from") });

    const { terms } = JSON.parse(await readFile(manifest, "utf8"));
    const other = { ...summary, terms: { ...terms, challengeWindowSeconds: 5 } };
    const changed = join(directory, "changed.json");
    await writeFile(changed, JSON.stringify(other));
    const refused = await runCommand([...args.slice(0, -1), changed, "--once"]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("DEPLOYMENT_DIFFERS") });
  });

  const nowhere = "http://127.0.0.1:1";
  const watch = ["watch", "--rpc", nowhere, "--source", "x"];
  const statement = ["statement", "--site", "home-1"];
  it.each([
    [["watch", "--rpc", "chain", "--source", "x"], 2, "USAGE_RPC"],
    [watch, 1, "CHAIN_UNREACHABLE"],
    [[...statement, "--source", nowhere, "--month", "June"], 2, "STATEMENT_MONTH_INVALID"],
    [[...statement, "--source", nowhere, "--month", "2026-06"], 1, "STATEMENT_UNAVAILABLE"],
    [[...statement, "--source", "nowhere", "--month", "2026-06"], 2, "USAGE_ADDRESS"],
    [[...statement, "--source", nowhere, "--month", "2026-06", "--format", "pdf"], 2, "json, csv, html"],
  ])("say what is wrong with %j", async (args, code, words) => {
    expect(await runCommand(args)).toMatchObject({ code, err: expect.stringContaining(words) });
  });
});
