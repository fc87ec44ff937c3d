import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import type { AgentScript } from "../../test/scripted-agent.ts";
import { smallPlan } from "../../test/small-street.ts";
import { type LoadedRun, loadRun } from "../runs/load-run.ts";
import { studyRun } from "../runs/study-run.ts";
import { agentAddress } from "./agent-address.ts";
import { type AgentStudy, agentStudy } from "./agent-study.ts";
import { linesIn } from "./lines-in.ts";

const OPTIONS = { workers: 1, feeder: null, trace: false } as const;
const RESET = '{"type":"reset","version":1}';
const INTERVALS = 72;
const PATIENCE = { connectWithinMs: 60_000, answerWithinMs: 60_000 } as const;

function act(interval: number, homes: readonly object[] = []): string {
  return JSON.stringify({ type: "act", interval, homes });
}

/** Persistence expects nothing of the first interval. */
const IDLE = Array.from({ length: INTERVALS - 1 }, (_, i) => act(i + 1));

const streets = new Map<string, LoadedRun>();

async function loadedStreet(strategy: "outside" | "truthful" | "none"): Promise<LoadedRun> {
  const known = streets.get(strategy);
  if (known !== undefined) return known;
  const plan = await smallPlan({ strategy, lieBooks: 0 });
  const loaded = await loadRun(plan, { workers: 1, tracedHomes: 0 });
  streets.set(strategy, loaded);
  return loaded;
}

interface Talk {
  readonly study: Promise<AgentStudy>;
  /** What the agent has heard when it has gone. */
  readonly heard: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Lets an agent say these lines, one for each that it hears. */
async function scripted(
  lines: readonly string[],
  { isLeaving = true, seconds = 60, at = "tcp://127.0.0.1:0" } = {},
): Promise<Talk> {
  const loaded = await loadedStreet("outside");
  const heard = new SharedArrayBuffer(2 ** 20);
  let gone: Promise<unknown> = Promise.resolve();
  const onListening = (address: string): void => {
    const place = address.startsWith("unix:") ? address.slice(5) : Number(address.split(":").at(-1));
    const workerData: AgentScript = { at: place, lines, isLeaving, heard };
    const agent = new Worker(new URL("../../test/scripted-agent.ts", import.meta.url), {
      workerData,
      execArgv: [],
    });
    gone = once(agent, "exit");
  };
  const study = agentStudy(loaded, OPTIONS, {
    ...{ address: agentAddress(at), ...PATIENCE, answerWithinMs: seconds * 1_000, onListening },
  });
  study.catch(() => {});
  return {
    study,
    heard: async () => {
      await gone;
      const [used = 0] = new Int32Array(heard, 0, 1);
      const text = Buffer.from(new Uint8Array(heard, 4, used)).toString();
      return text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

test("an agent in another process that knows the messages alone comes to the bits of truthful", async () => {
  const loaded = await loadedStreet("outside");
  const program = fileURLToPath(new URL("../../test/truthful-agent.ts", import.meta.url));
  const { study } = await agentStudy(loaded, OPTIONS, {
    address: agentAddress("tcp://127.0.0.1:0"),
    ...PATIENCE,
    onListening: (at) => void execFile(process.execPath, [program, at.split(":").at(-1) ?? ""]),
  });
  const built = await loadedStreet("truthful");
  expect(study.result.hash).toBe((await studyRun(built.neighbourhood, built.settings, OPTIONS)).result.hash);
  expect(study.result.intervals.trades.some((count) => count > 0)).toBe(true);
});

test("an agent runs as often as it likes, through a socket of the file system too", async () => {
  const at = `unix:${join(await folderWith({}), "agent")}`;
  const again = '{"type":"reset","version":1,"seed":"other"}';
  // The third line is a reset in the middle of the first run.
  const lines = [RESET, act(1), RESET, ...IDLE, again, ...IDLE, '{"type":"close"}'];
  const { study, heard } = await scripted(lines, { at });
  const { settings, study: last } = await study;
  expect(settings.seed).toBe("other");
  const messages = await heard();
  const types = messages.map(({ type }) => type);
  expect(types.filter((type) => type === "end").length).toBe(2);
  expect(types.filter((type) => type === "observe").length).toBe(2 + 2 * (INTERVALS - 1));
  const idle = await loadedStreet("none");
  const none = await studyRun(idle.neighbourhood, idle.settings, OPTIONS);
  expect(last.result.hash).toBe(none.result.hash);
  expect(messages.at(-1)).toMatchObject({ type: "end", resultHash: none.result.hash });
  const rewards = messages.slice(0, types.indexOf("end") + 1).flatMap(({ homes }) => {
    const [first] = homes as readonly { readonly last?: { readonly gainNano: number } | null }[];
    return first?.last === null || first?.last === undefined ? [] : [first.last.gainNano];
  });
  // Those of the run that was broken off come first.
  const total = rewards.slice(-INTERVALS).reduce((sum, nano) => sum + nano, 0);
  expect(total).toBe(none.result.homes.withTradingNano[0]);
});

test("a battery does what an agent says while nothing is traded", async () => {
  const charge = (t: number): string =>
    act(t, [{ home: "Building_1", batteryPowerW: t < 4 ? -1_000 : null }]);
  const lines = [RESET, ...IDLE.map((_, i) => charge(i + 1))];
  const { study, heard } = await scripted(lines);
  await study;
  const stored = (await heard())
    .filter(({ type }) => type === "observe")
    .map(({ homes }) => (homes as readonly { readonly storedWh: number }[])[0]?.storedWh ?? Number.NaN);
  // At night it would have given; now it takes for three hours.
  expect([1, 2, 3].map((i) => Math.sign((stored[i] as number) - (stored[i - 1] as number)))).toEqual([
    1, 1, 1,
  ]);
});

describe("what is wrong ends the run with a code, which the agent hears too", () => {
  const home = (more: object): string => act(1, [{ home: "Building_1", ...more }]);
  const order = (side: string, energyWh: number) => ({ side, energyWh, limitPrice: 200_000 });
  test.each([
    ["no JSON", [RESET, "hello?"], "AGENT_MESSAGE_INVALID", 'found "hello?"'],
    ["no known message", [RESET, '{"type":"sing"}'], "AGENT_MESSAGE_INVALID", 'found "sing"'],
    ["a field too much", [RESET, home({ bid: 1 })], "AGENT_MESSAGE_INVALID", 'no field "bid"'],
    [
      "no energy",
      [RESET, home({ orders: [order("bid", 0)] })],
      "AGENT_MESSAGE_INVALID",
      "homes[0].orders[0].energyWh: found 0",
    ],
    ["no home", [RESET, act(1, [{ home: "me" }])], "AGENT_ACTION_REFUSED", 'found "me"'],
    [
      "a home twice",
      [RESET, act(1, [{ home: "Building_1" }, { home: "Building_1" }])],
      "AGENT_ACTION_REFUSED",
      "twice",
    ],
    [
      "both sides",
      [RESET, home({ orders: [order("bid", 1), order("offer", 1)] })],
      "AGENT_ACTION_REFUSED",
      "one side",
    ],
    [
      "too many orders",
      [RESET, home({ orders: Array.from({ length: 200 }, () => order("bid", 1)) })],
      "AGENT_ACTION_REFUSED",
      "found 200",
    ],
    ["another interval", [RESET, act(0)], "AGENT_ACTION_REFUSED", "found 0, allowed is 1"],
    ["another language", ['{"type":"reset","version":2}'], "AGENT_VERSION_UNKNOWN", "version 2"],
    ["an act before a run", [act(0)], "AGENT_OUT_OF_TURN", "found an act"],
    ["a close in a run", [RESET, '{"type":"close"}'], "AGENT_GONE", "closed in the middle"],
  ])("%s", async (_, lines, code, words) => {
    const { study, heard } = await scripted(lines, { isLeaving: false });
    await expect(study).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect((await heard()).at(-1)).toMatchObject({ type: "error", code });
  });

  test("who hangs up is missed", async () => {
    const { study } = await scripted([RESET, act(1)]);
    await expect(study).rejects.toMatchObject({ code: "AGENT_GONE" });
    const { study: none } = await scripted([]);
    await expect(none).rejects.toMatchObject({ code: "AGENT_GONE" });
  });

  test("who says nothing is not waited for", async () => {
    const { study, heard } = await scripted([RESET], { isLeaving: false, seconds: 1 });
    await expect(study).rejects.toMatchObject({ code: "AGENT_LATE" });
    expect((await heard()).at(-1)).toMatchObject({ type: "error", code: "AGENT_LATE" });
  });

  test("who never comes, and what cannot be opened", async () => {
    const loaded = await loadedStreet("outside");
    const opened = (at: string): Promise<AgentStudy> =>
      agentStudy(loaded, OPTIONS, {
        address: agentAddress(at),
        ...PATIENCE,
        connectWithinMs: 100,
        onListening: () => {},
      });
    await expect(opened("tcp://127.0.0.1:0")).rejects.toMatchObject({ code: "AGENT_MISSING" });
    await expect(opened("unix:/no/such/folder/agent")).rejects.toMatchObject({
      code: "AGENT_ADDRESS_UNUSABLE",
    });
    const own = await loadedStreet("truthful");
    const pointless = agentStudy(own, OPTIONS, {
      ...{ address: agentAddress("stdio"), ...PATIENCE, onListening: () => {} },
    });
    await expect(pointless).rejects.toMatchObject({ code: "USAGE_BAD_AGENTS" });
  });
});

test.each(["tcp://0.0.0.0:1", "tcp://example.org:80", "tcp://127.0.0.1:70000", "127.0.0.1:80", "unix:", ""])(
  "%s is no address of an agent",
  (text) => {
    expect(() => agentAddress(text)).toThrow(/USAGE_BAD_AGENTS|allowed is stdio/);
  },
);

test("lines are whole, however they come", async () => {
  async function* chunks(): AsyncGenerator<string> {
    yield* ["a", "b\nc\n", "\n", "d"];
  }
  const lines: string[] = [];
  for await (const line of linesIn(chunks())) lines.push(line);
  expect(lines).toEqual(["ab", "c", "", "d"]);
  await expect(async () => {
    for await (const line of linesIn(chunks(), 0)) lines.push(line);
  }).rejects.toThrow("more than 0 letters");
});
