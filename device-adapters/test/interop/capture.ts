import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "vitest";
import { eventually } from "../eventually.ts";

/** What is asked of every frame. */
const COMMON_FIELDS = [
  "tcp.stream",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.flags.fin",
  "tcp.flags.reset",
  "_ws.malformed",
  "_ws.expert.severity",
  "_ws.expert.message",
] as const;
/** Wireshark's number for the severity "error". */
const SEVERITY_ERROR = "8388608";
const BETWEEN_VALUES = "|";

/** One frame as Wireshark's dissector sees it: the values of each field that was asked for. */
export type Frame = Readonly<Record<string, readonly string[]>>;

/** What tells Wireshark which protocol a port carries; Modbus must know which end is the server, too. */
const DISSECTORS: Readonly<Record<"modbus" | "opcua", (port: number) => readonly string[]>> = {
  modbus: (port) => ["-o", `mbtcp.tcp.port:${port}`, "-d", `tcp.port==${port},mbtcp`],
  opcua: (port) => ["-d", `tcp.port==${port},opcua`],
};

/** Why this machine does not let us capture, as a sentence; `null` when it does. */
function captureRefusal(): string | null {
  if (spawnSync("tshark", ["--version"]).error !== undefined) return "tshark is not installed";
  const { error, status, stderr } = spawnSync("dumpcap", ["-i", "lo", "-L"], { encoding: "utf8" });
  if (status === 0) return null;
  const advice = "be root, or: setcap cap_net_raw=eip $(command -v dumpcap)";
  return `no leave to capture on the loopback interface (${advice}): ${error?.message ?? stderr.trim().split("\n")[0]}`;
}

const refusal = captureRefusal();
/** Where this is set, a machine that lets nobody capture fails instead of skipping. */
const isRequired = process.env["INTEROP_CAPTURE"] === "required";
if (refusal !== null)
  process.stderr.write(`tests on the wire ${isRequired ? "fail" : "are skipped"}: ${refusal}\n`);

/** A test that captures: skipped, with the reason, where that is not allowed. */
export function testOnWire(name: string, body: () => Promise<void>): void {
  test(name, async ({ skip }) => {
    if (refusal !== null && isRequired) throw new Error(refusal);
    if (refusal !== null) skip(refusal);
    await body();
  });
}

/** A running capture of one TCP port of the loopback interface. */
export interface Capture {
  /** Waits until this many connections have been seen to end, and gives all frames. */
  ended(connections?: number): Promise<readonly Frame[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Captures what goes to and from `port`, dissected live; capturing has begun when this settles. */
export async function capture(
  port: number,
  dissector: keyof typeof DISSECTORS,
  fields: readonly string[],
): Promise<Capture> {
  const asked = [...COMMON_FIELDS, ...fields];
  const what = ["-i", "lo", "-f", `tcp port ${port}`, ...DISSECTORS[dissector](port)];
  const how = ["-l", "-n", "-T", "fields", "-E", "separator=/t", "-E", `aggregator=${BETWEEN_VALUES}`];
  const tshark = spawn("tshark", [...what, ...how, ...asked.flatMap((field) => ["-e", field])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const frames: Frame[] = [];
  createInterface({ input: tshark.stdout }).on("line", (line) => {
    const values = line.split("\t");
    frames.push(
      Object.fromEntries(
        asked.map((field, at) => [field, (values[at] ?? "").split(BETWEEN_VALUES).filter(Boolean)]),
      ),
    );
  });
  await started(tshark);
  return {
    ended: (connections = 1) =>
      eventually(async () => (endedConnections(frames) >= connections ? frames : null)),
    [Symbol.asyncDispose]: () => stop(tshark),
  };
}

function started(tshark: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    tshark.stderr?.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Capture started")) resolve();
    });
    tshark.once("error", reject);
    tshark.once("exit", () => reject(new Error(`tshark ended: ${said}`)));
  });
}

function stop(tshark: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    tshark.removeAllListeners("exit");
    tshark.once("exit", () => resolve());
    if (tshark.exitCode === null) tshark.kill("SIGINT");
    else resolve();
  });
}

/** How many connections were reset, or closed from both ends. */
function endedConnections(frames: readonly Frame[]): number {
  const streams = Map.groupBy(frames, (frame) => frame["tcp.stream"]?.[0]);
  return [...streams.values()].filter((own) => {
    const closers = own.filter((frame) => isSet(frame, "tcp.flags.fin"));
    const ends = new Set(closers.map((frame) => frame["tcp.srcport"]?.[0]));
    return ends.size === 2 || own.some((frame) => isSet(frame, "tcp.flags.reset"));
  }).length;
}

function isSet(frame: Frame, flag: string): boolean {
  return ["1", "True"].includes(frame[flag]?.[0] ?? "");
}

/** What the dissector complains of: frames that are malformed, and expert messages of severity "error". */
export function complaints(frames: readonly Frame[]): readonly string[] {
  return frames.flatMap((frame, at) => {
    const isMalformed = (frame["_ws.malformed"] ?? []).length > 0;
    const isError = (frame["_ws.expert.severity"] ?? []).includes(SEVERITY_ERROR);
    return isMalformed || isError
      ? [`frame ${at + 1}: ${(frame["_ws.expert.message"] ?? []).join("; ")}`]
      : [];
  });
}
