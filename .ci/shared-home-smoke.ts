/**
 * Runs the example of a shared home as its page says, reads it through its façade while it runs, and ends it as
 * Ctrl-C does. Prints one line per check; exits 1 when one does not hold.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { facadeAddress } from "./mbpoll.ts";
import { readSunSpecPower } from "./sunspec-power.ts";

/** The home is up long before this. */
const TIMEOUT_MS = 120_000;
const PAGE = readFileSync(new URL("../device-adapters/docs/sharing-a-home.md", import.meta.url), "utf8");

interface Check {
  readonly name: string;
  readonly value: unknown;
  readonly holds: boolean;
}

interface HomeEvent {
  readonly event: string;
  readonly server?: string;
  readonly address?: string;
  readonly code?: string;
}

/** The command on the page, with a folder of ours and ports that nobody has. */
function command(data: string): readonly string[] {
  const [, line = ""] = /^npx commonwatt (start .*) --data shared-home$/m.exec(PAGE) ?? [];
  const ports = ["--sunspec-port", "0", "--opcua-port", "0", "--port", "0"];
  return ["vpp-core/src/cli/commonwatt.ts", ...line.split(" "), "--data", data, ...ports, "--json"];
}

function look(events: readonly HomeEvent[]): readonly Check[] {
  const served = (server: string): string =>
    events.find((event) => event.event === "serving" && event.server === server)?.address ?? "";
  const facade = served("SunSpec façade");
  const opcua = served("OPC UA server");
  const { hasMarker, acPowerW } = readSunSpecPower(facadeAddress(facade));
  const warnings = events.filter(({ event }) => event === "warning").map(({ code }) => code);
  return [
    { name: "the façade is up", value: facade, holds: facade !== "" },
    { name: "the OPC UA server is up", value: opcua, holds: /^opc\.tcp:\S+ home-1$/.test(opcua) },
    { name: "mbpoll reads the home's AC power in W", value: acPowerW, holds: hasMarker && acPowerW !== null },
    { name: "warnings", value: warnings.join() || "none", holds: warnings.length === 0 },
  ];
}

const data = mkdtempSync(join(tmpdir(), "commonwatt-shared-home-"));
// Not through npx, which does not pass Ctrl-C on when nobody sits at a terminal.
const home = spawn(process.execPath, command(data), {
  stdio: ["ignore", "pipe", "inherit"],
  timeout: TIMEOUT_MS,
});
const exited = new Promise<number | null>((resolve) => home.once("exit", resolve));
const events: HomeEvent[] = [];
const checks: Check[] = [];
for await (const line of createInterface({ input: home.stdout })) {
  if (!line.startsWith("{")) continue;
  events.push(JSON.parse(line) as HomeEvent);
  if (events.at(-1)?.event !== "ready") continue;
  try {
    checks.push(...look(events));
  } catch (error) {
    checks.push({ name: "the home can be looked at", value: String(error), holds: false });
  }
  home.kill("SIGINT");
}
const code = await exited;
rmSync(data, { recursive: true, force: true });
checks.push({ name: "the home came up", value: events.at(-1)?.event, holds: checks.length > 0 });
checks.push({ name: "exit code", value: code, holds: code === 0 });
for (const { name, value, holds } of checks) console.log(`${holds ? "holds" : "FAILS"}  ${name}: ${value}`);
process.exitCode = checks.every((check) => check.holds) ? 0 : 1;
