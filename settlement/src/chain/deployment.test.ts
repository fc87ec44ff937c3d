import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, type OutboxStore, systemClock } from "@commonwatt/vpp-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { termsFor } from "../rail/deployment-terms.ts";
import { completeOptions } from "../rail/escrow-options.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { silent, testContext, testStreet } from "../testing/street.ts";
import { type AnvilProcess, startAnvil } from "./anvil-process.ts";
import { checkDeployment, ensureDeployment } from "./deployment.ts";
import { DEV_CHAIN_ID } from "./dev-chain.ts";
import { fundGas } from "./gas.ts";
import type { Deployment } from "./manifest.ts";
import { memoryOutbox } from "./memory-outbox.ts";
import { patientOutbox } from "./patient-outbox.ts";
import { connectRpc, type JsonRpcProvider, nonceOf } from "./rpc.ts";
import { keySigner } from "./signer.ts";
import { sendRaw } from "./trial-chain.ts";

const KEY: Hex = `0x${"d1".repeat(32)}`;
/** Token, register, eight judges, court and escrow. */
const CONTRACTS = 12;

let directory: string;
let anvil: AnvilProcess;
let rpc: JsonRpcProvider;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-pair-"));
  anvil = await startAnvil(directory, DEV_CHAIN_ID, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, DEV_CHAIN_ID);
});

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Deploys as the rail does, over a store that may fail. */
function deploy(store: OutboxStore): Promise<Deployment> {
  const { signal } = new AbortController();
  const context = { rpc, store, wallClock: systemClock, logger: silent, signal, feeCapWei: null };
  const outbox = patientOutbox(context);
  const operator = keySigner(KEY);
  const street = testContext(testStreet(1), directory, { batches: memoryBatches(), outbox: store });
  const terms = termsFor(street, completeOptions({}), operator.account);
  const manifest = join(directory, "deployment.json");
  const where = { manifest, chainId: DEV_CHAIN_ID, rpc, outbox, operator, token: null, replaceable: false };
  return ensureDeployment(where, terms);
}

it("deploys court and escrow once more when something else took the escrow's place", async () => {
  const { account } = keySigner(KEY);
  await fundGas(rpc, [account]);
  const store = memoryOutbox();
  const dying: OutboxStore = {
    ...store,
    async confirm(key) {
      await store.confirm(key);
      if (key === "deploy:court") throw new Error("killed");
    },
  };
  await expect(deploy(dying)).rejects.toThrow("killed");
  expect(await nonceOf(rpc, account)).toBe(CONTRACTS - 1);
  await rpc.send("anvil_impersonateAccount", [account]);
  await sendRaw(rpc, { from: account, to: account });
  await rpc.send("anvil_stopImpersonatingAccount", [account]);

  const deployment = await deploy(store);
  await checkDeployment(rpc, DEV_CHAIN_ID, deployment);
  expect(await nonceOf(rpc, account), "one court in vain, and what took the place").toBe(CONTRACTS + 2);
  expect(await deploy(store), "and the same again").toEqual(deployment);
});
