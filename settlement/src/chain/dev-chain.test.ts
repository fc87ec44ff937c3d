import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, type Hex, isAlive, sleep, systemClock } from "@commonwatt/vpp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEV_CHAIN_ID, type DevChain, startDevChain } from "./dev-chain.ts";
import { answersAsAnvil, type DevChainOwner } from "./dev-chain-lock.ts";

let directory: string;
let chain: DevChain | null = null;
const HOLDER = "0x00000000000000000000000000000000000000aa";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-chain-"));
});

afterEach(async () => {
  await chain?.stop();
  chain = null;
  await rm(directory, { recursive: true, force: true });
});

async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const reply = await fetch(chain?.rpcUrl ?? "", { method: "POST", body, headers });
  return ((await reply.json()) as { result: unknown }).result;
}

/** Mines a block that changes an account, and returns its number. */
async function mineBalance(amount: Hex): Promise<unknown> {
  await rpc("anvil_setBalance", HOLDER, amount);
  await rpc("evm_mine");
  return rpc("eth_blockNumber");
}

describe("the development chain", { timeout: 60_000 }, () => {
  it("keeps its blocks and accounts over a stop, and leaves no process and no lock", async () => {
    chain = await startDevChain(directory);
    expect(Number(await rpc("eth_chainId"))).toBe(DEV_CHAIN_ID);
    expect(await mineBalance("0x1234")).toBe("0x1");
    const { anvilProcessId } = chain;
    await chain.stop();
    expect(isAlive(anvilProcessId)).toBe(false);
    await expect(readFile(join(directory, "dev-chain.lock"))).rejects.toThrow("ENOENT");

    chain = await startDevChain(directory);
    expect(await rpc("eth_blockNumber")).toBe("0x1");
    expect(await rpc("eth_getBalance", HOLDER, "latest")).toBe("0x1234");
  });

  it("starts anvil again on the same port when it is killed", async () => {
    chain = await startDevChain(directory);
    process.kill(chain.anvilProcessId, "SIGKILL");
    while (isAlive(chain.anvilProcessId)) await sleep(systemClock, durationMs(5));
    while (!(await answersAsAnvil(chain.rpcUrl))) await sleep(systemClock, durationMs(20));
    expect(Number(await rpc("eth_chainId"))).toBe(DEV_CHAIN_ID);
  });

  it.each([0, 190, 205, 220, 240])("stops cleanly %i ms after its anvil was killed", async (delayMs) => {
    chain = await startDevChain(directory);
    process.kill(chain.anvilProcessId, "SIGKILL");
    await sleep(systemClock, durationMs(delayMs));
    await chain.stop();
    // A keeper that had to be killed would have left its lock behind, and perhaps an anvil.
    await expect(readFile(join(directory, "dev-chain.lock"))).rejects.toThrow("ENOENT");
    expect(await answersAsAnvil(chain.rpcUrl)).toBe(false);
  });

  it("goes back to the last sound state when a crash has cut the newest one off", async () => {
    chain = await startDevChain(directory);
    await mineBalance("0x77");
    await chain.stop();
    // The copy aside is made at a start.
    chain = await startDevChain(directory);
    await chain.stop();
    const path = join(directory, "chain.json");
    await writeFile(path, (await readFile(path, "utf8")).slice(0, 500));
    chain = await startDevChain(directory);
    expect(await rpc("eth_getBalance", HOLDER, "latest")).toBe("0x77");
  });

  it("takes over from an owner that is gone", async () => {
    // A process id that was ours a moment ago and is gone.
    chain = await startDevChain(directory);
    const gone = chain.anvilProcessId;
    await chain.stop();
    await writeFile(
      join(directory, "dev-chain.lock"),
      JSON.stringify({ processId: gone, anvilProcessId: gone, rpcUrl: chain.rpcUrl }),
    );
    chain = await startDevChain(directory);
    expect(Number(await rpc("eth_chainId"))).toBe(DEV_CHAIN_ID);
  });

  it("writes its state and ends when the process that started it is killed", async () => {
    const module = new URL("./dev-chain.ts", import.meta.url).href;
    const script = `
      const { startDevChain } = await import(${JSON.stringify(module)});
      console.log(JSON.stringify(await startDevChain(${JSON.stringify(directory)})));
      setInterval(() => undefined, 1000);`;
    await writeFile(join(directory, "parent.mjs"), script);
    const parent = spawn(process.execPath, [join(directory, "parent.mjs")]);
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const { rpcUrl, anvilProcessId } = JSON.parse(line.toString()) as DevChain;
    chain = { rpcUrl, anvilProcessId, stop: async () => undefined };
    await mineBalance("0x55");
    parent.kill("SIGKILL");

    // At once, while the other chain is still writing: the lock makes the new one wait for it.
    chain = await startDevChain(directory);
    expect(isAlive(anvilProcessId)).toBe(false);
    expect(await rpc("eth_getBalance", HOLDER, "latest")).toBe("0x55");
  });

  it("stops an anvil that was left behind when its keeper was killed, and goes on from its state", async () => {
    chain = await startDevChain(directory);
    await mineBalance("0x66");
    const { processId } = JSON.parse(
      await readFile(join(directory, "dev-chain.lock"), "utf8"),
    ) as DevChainOwner;
    const { anvilProcessId } = chain;
    process.kill(processId, "SIGKILL");
    while (isAlive(processId)) await sleep(systemClock, durationMs(10));
    expect(isAlive(anvilProcessId)).toBe(true);

    chain = await startDevChain(directory);
    expect(isAlive(anvilProcessId)).toBe(false);
    expect(await rpc("eth_getBalance", HOLDER, "latest")).toBe("0x66");
  });
});
