import { stopRequest, systemClock, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { configLines, importLines } from "../discover/config-lines.ts";
import { discover, type ScanResult } from "../discover/discover.ts";
import type { Find } from "../discover/find.ts";
import type { ScanEvent } from "../discover/scan-host.ts";
import { DEFAULT_PORTS, DEFAULT_UNITS, parsePorts, parseUnits } from "../discover/scan-places.ts";
import { parseTarget, type ScanTarget } from "../discover/scan-target.ts";
import { requireConsent } from "./consent.ts";
import { describeFind } from "./describe-find.ts";

/** The least pause between two tries at one host. */
const GAP_MS = 200;
/** Some inverters do not hear the first second and a half of a connection. */
const SETTLE_MS = 1_500;
const TIMEOUT_MS = 1_500;
const NOTHING_FOUND = "DISCOVER_NOTHING_FOUND";

interface DiscoverOptions {
  readonly ports: string;
  readonly units?: string;
  readonly timeout: number;
  readonly site: string;
  readonly saveCertificates?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Adds `commonwatt discover`: finds devices in the home network, and writes the lines that configure them. */
export function registerDiscover(program: Command): void {
  program
    .command("discover")
    .description(
      "look for inverters, batteries and meters; only reads, one connection, a pause between tries",
    )
    .argument("<host|range>", "a host, an address, or an IPv4 range up to a /24")
    .option("--ports <list>", "ports; tcp:, rtu: or opcua: before one says what is spoken", DEFAULT_PORTS)
    .option("--units <list>", `Modbus unit ids; ${DEFAULT_UNITS.join(",")} and their neighbours unless given`)
    .option(
      "--timeout <ms>",
      "how long one answer may take; raise it for slow devices",
      wholeNumber(100, 30_000),
      TIMEOUT_MS,
    )
    .option("--site <id>", "the home in the lines that are printed", "home-1")
    .option("--save-certificates <folder>", "save the certificates of OPC UA servers there")
    .option("--yes", "a range may be scanned: every device in it is mine, or its owner agrees")
    .option("--json", "print NDJSON; the last line is the summary")
    .action((target: string, options: DiscoverOptions) => runDiscover(parseTarget(target), target, options));
}

async function runDiscover(target: ScanTarget, name: string, options: DiscoverOptions): Promise<void> {
  const json = options.json === true;
  const ports = parsePorts(options.ports);
  const units = options.units === undefined ? null : parseUnits(options.units);
  if (target.isRange) {
    const what = `This looks at ${ports.length} ports of ${target.hosts.length} hosts.`;
    await requireConsent(what, options.yes === true);
  }
  const result = await discover(target, {
    ports,
    units,
    timeoutMs: options.timeout,
    gapMs: GAP_MS,
    settleMs: SETTLE_MS,
    certificateDirectory: options.saveCertificates ?? null,
    wallClock: systemClock,
    signal: stopRequest(process, process.stdout),
    onEvent: json ? tellJson : tellHuman,
  });
  if (json) printJson(name, target, result, options.site);
  else printHuman(name, result, options.site);
  if (result.finds.length === 0) process.exitCode = 1;
}

/** Finds follow at the end, with their lines. */
function tellJson(event: ScanEvent): void {
  if (event.event !== "find") process.stdout.write(`${JSON.stringify(event)}\n`);
}

function tellHuman(event: ScanEvent): void {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  if (event.event === "looking") {
    const { host, port, unit } = event;
    if (unit !== null) say(`  ${host}:${port} unit ${unit} ...`);
    else if (!process.stderr.isTTY) return;
    else process.stderr.write(`  ${host}:${port} ...\r`);
  } else if (event.event === "open") {
    say(`${event.host}:${event.port} is open`);
  } else if (event.event === "problem") {
    say(`${event.problem.code}: ${event.problem.message}`);
  }
}

function printJson(name: string, { hosts }: ScanTarget, result: ScanResult, siteId: string): void {
  const { finds, problems, stopped } = result;
  const lines = configLines(finds, siteId);
  const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  for (const [index, find] of finds.entries()) print({ event: "find", ...find, config: lines[index] });
  const imports = importLines(lines.flat());
  print({
    event: "summary",
    target: name,
    hosts: hosts.length,
    found: finds.length,
    code: finds.length === 0 ? NOTHING_FOUND : null,
    problems,
    imports,
    stopped,
  });
}

function printHuman(name: string, { finds, problems, stopped }: ScanResult, siteId: string): void {
  const out = (text: string): void => void process.stdout.write(`${text}\n`);
  if (stopped) out("Stopped before the end.");
  if (finds.length === 0) {
    out(`${NOTHING_FOUND}: no device answers at ${name}.`);
    if (!problems.some(({ port }) => port === null)) {
      out("Most devices must be told to answer: look for Modbus TCP, SunSpec or OPC UA in their settings.");
      out("Many take one client only: stop what else reads them. --ports and --units look elsewhere.");
    }
    return;
  }
  const lines = configLines(finds, siteId);
  for (const find of finds) out(describeFind(find));
  const all = lines.flat();
  if (all.length === 0) return;
  out(`\nFor the devices of ${siteId} in commonwatt.config.ts:\n`);
  for (const line of importLines(all)) out(line);
  out("");
  for (const line of all) out(`          ${line}`);
  out(
    `\nThen prove sign and scale: npx commonwatt commission ${deviceIdIn(finds, siteId)} --config commonwatt.config.ts`,
  );
}

/** What the first find is called in the lines. */
function deviceIdIn(finds: readonly Find[], siteId: string): string {
  const [line = ""] = configLines(finds, siteId).flat();
  return /"([^"]*\/[^"]*)"/.exec(line)?.[1] ?? siteId;
}
