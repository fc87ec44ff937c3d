import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

const PAGE = new URL("../../docs/emulator.md", import.meta.url);
/** The commands of this package alone: the others' take their time to load. */
const PROGRAM = `
  import { Command } from "commander";
  import { plugin } from ${JSON.stringify(new URL("../plugin.ts", import.meta.url).href)};
  const program = new Command("commonwatt");
  plugin.commands(program);
  await program.parseAsync();
`;
const FILES = /^(trace\.json|opcua-pki)$/;

/** The commands of the page, in their order. */
async function commandsOfPage(): Promise<readonly string[]> {
  const page = await readFile(PAGE, "utf8");
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return blocks.flatMap((block) => block.trim().split("\n"));
}

let directory: string;
let emulator: { readonly child: ChildProcess; readonly exit: Promise<unknown[]> } | null = null;
let port = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "emulator-page-"));
});

afterAll(async () => {
  emulator?.child.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

function run(args: readonly string[]) {
  const argv = ["--input-type=module", "--eval", PROGRAM, "--", ...args];
  const child = spawn(process.execPath, argv, {
    cwd: new URL(".", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, lines, exit: once(child, "exit") };
}

/** Ends the emulator that runs, which must end well. */
async function endEmulator(): Promise<void> {
  emulator?.child.kill("SIGINT");
  if (emulator !== null) expect((await emulator.exit)[0]).toBe(0);
  emulator = null;
}

/** An emulator runs on, on a free port, until the next one is started; everything else must end well. */
async function follow(command: string): Promise<void> {
  const [npx, commonwatt, ...words] = command.split(" ");
  expect([npx, commonwatt]).toEqual(["npx", "commonwatt"]);
  const args = words.map((word) =>
    FILES.test(word) ? join(directory, word) : word.replace("127.0.0.1:5020", `127.0.0.1:${port}`),
  );
  if (words[0] !== "emulate" || words.includes("--list-faults")) {
    const { child, exit } = run(args);
    child.stdout.resume();
    expect((await exit)[0]).toBe(0);
    return;
  }
  await endEmulator();
  const started = run([...args, "--port", "0", "--json"]);
  emulator = started;
  const { value } = await started.lines.next();
  expect(JSON.parse(value ?? "")).toMatchObject({ event: "listening" });
  port = JSON.parse(value ?? "").port;
}

test("every command of the page works, one after the other", { timeout: 240_000 }, async () => {
  const commands = await commandsOfPage();
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) await follow(command);
  await endEmulator();
});
