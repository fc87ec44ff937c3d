import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandProcess, runCommand, runEmulate } from "../../test/emulate-process.ts";

const PAGE = new URL("../../docs/emulator.md", import.meta.url);
const FILES = /^(trace\.json|opcua-pki)$/;

/** The commands of the page, in their order. */
async function commandsOfPage(): Promise<readonly string[]> {
  const page = await readFile(PAGE, "utf8");
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return blocks.flatMap((block) => block.trim().split("\n"));
}

let directory: string;
let emulator: CommandProcess | null = null;
let port = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "emulator-page-"));
});

afterAll(async () => {
  emulator?.child.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

/** Ends the emulator that runs, which must end well. */
async function endEmulator(): Promise<void> {
  emulator?.child.kill("SIGINT");
  if (emulator !== null) expect(await emulator.exit).toBe(0);
  emulator = null;
}

/** An emulator runs on, on a free port, until the next one is started; everything else must end well. */
async function follow(command: string): Promise<void> {
  const [npx, commonwatt, name, ...words] = command.split(" ");
  expect([npx, commonwatt]).toEqual(["npx", "commonwatt"]);
  const args = words.map((word) =>
    FILES.test(word) ? join(directory, word) : word.replace("127.0.0.1:5020", `127.0.0.1:${port}`),
  );
  if (name === "record" || args.includes("--list-faults")) {
    const { exit, errors } = runCommand(name === "record" ? name : "emulate", ...args);
    expect(await exit, errors()).toBe(0);
    return;
  }
  expect(name).toBe("emulate");
  await endEmulator();
  const started = runEmulate(...args, "--port", "0", "--json");
  emulator = started;
  await expect.poll(started.output, { timeout: 30_000 }).toContain("\n");
  const listening = JSON.parse(started.output().split("\n")[0] ?? "");
  expect(listening).toMatchObject({ event: "listening" });
  port = listening.port;
}

test("every command of the page works, one after the other", { timeout: 240_000 }, async () => {
  const commands = await commandsOfPage();
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) await follow(command);
  await endEmulator();
});
