import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { communityHash } from "../batch/batch-header.ts";
import { type AnvilProcess, startAnvil } from "./anvil-process.ts";
import { committedHeader } from "./committed-header.ts";
import { commitData, NO_BATCH } from "./court-calls.ts";
import { courtReader } from "./court-reader.ts";
import { CHALLENGER, deployTrial, OPERATOR } from "./deploy-trial.ts";
import type { Deployment } from "./manifest.ts";
import { connectRpc, type JsonRpcProvider } from "./rpc.ts";
import { fund, sendRaw } from "./trial-chain.ts";

const CHAIN_ID = 31_339;
const COMMUNITY = communityHash("hidden street");

let directory: string;
let anvil: AnvilProcess;
let rpc: JsonRpcProvider;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-hidden-"));
  anvil = await startAnvil(directory, CHAIN_ID, 0);
  rpc = connectRpc(`http://127.0.0.1:${anvil.port}`, CHAIN_ID);
  await rpc.send("anvil_autoImpersonateAccount", [true]);
  for (const account of [OPERATOR, CHALLENGER]) await fund(rpc, account);
});

afterAll(async () => {
  rpc.destroy();
  await anvil.stop();
  await rm(directory, { recursive: true, force: true });
});

it("reads any header that the court takes, also one that a contract commits, which is not sent as our clients send it", async () => {
  const { court } = await deployTrial(rpc, COMMUNITY, `0x${"01".repeat(32)}`);
  const reader = courtReader(rpc, { court, block: 0 } as Deployment);
  const [wide, lowest] = [2n ** 64n - 1n, 1n - 2n ** 63n] as unknown as [number, number];
  const times = { intervalIndex: wide, intervalStart: wide, intervalEnd: wide };
  const first = { ...NO_BATCH.header, community: COMMUNITY, number: 1, ...times, clearingPrice: lowest };
  await sendRaw(rpc, { from: OPERATOR, to: court, data: commitData(first, 0) });
  const commit = await reader.commitOf(1, null);
  expect(commit === null ? null : await committedHeader(rpc, commit)).toEqual(first);

  // An operator with code of its own: it calls the court with all but the first byte of what it is called with.
  await rpc.send("anvil_setCode", [OPERATOR, `0x600136038060015f375f5f825f5f73${court.slice(2)}5af100`]);
  const previousHash = commit?.headerHash ?? "0x";
  const header = { ...NO_BATCH.header, community: COMMUNITY, number: 2, previousHash };
  const data = commitData(header, commit?.committedAt ?? 0);
  await sendRaw(rpc, { from: CHALLENGER, to: OPERATOR, data: `0xff${data.slice(2)}` });
  const hidden = await reader.commitOf(2, null);
  expect(hidden === null ? null : await committedHeader(rpc, hidden)).toEqual(header);
});
