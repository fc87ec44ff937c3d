/**
 * Runs the street for two intervals as a newcomer does, looks at it from outside while it runs, and checks
 * its summary. Prints one line per check; exits 1 when one does not hold.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { facadeAddress, type ModbusAddress } from "./mbpoll.ts";
import { readSunSpecPower } from "./sunspec-power.ts";

const INTERVALS = 2;
/** The street ends by itself long before this. */
const TIMEOUT_MS = 240_000;
/** No home of the street has a larger inverter. */
const INVERTER_POWER_MAX_W = 50_000;

interface Check {
  readonly name: string;
  readonly value: unknown;
  readonly holds: boolean;
}

interface Ready {
  readonly apiUrl: string;
  readonly docsUrl: string;
}

/** Tells that a home is shared: `127.0.0.1:1502 unit 1, meter unit 200`. */
interface Serving {
  readonly siteId: string;
  readonly address: string;
}

interface Summary {
  readonly homes: number;
  readonly devices: Readonly<Record<string, number>>;
  readonly intervals: number;
  readonly trades: number;
  readonly settledWh: number;
  readonly batchesFinalized: number;
  readonly escrow: { readonly conserved: boolean };
  readonly store: { readonly readings: number };
  readonly firstClearedMs: number | null;
  readonly firstPayoutMs: number | null;
}

interface SiteList {
  readonly sites: readonly {
    readonly devices: readonly { readonly deviceId: string; readonly address: string | null }[];
  }[];
}

/** The Modbus address of the first inverter, as the API tells it: `127.0.0.1:5020 unit 1`. */
async function inverterAddress(apiUrl: string): Promise<ModbusAddress> {
  const { sites } = (await (await fetch(`${apiUrl}/v1/sites`)).json()) as SiteList;
  for (const { deviceId, address } of sites.flatMap((site) => site.devices)) {
    const [, host, port, unit] = /^(?:tcp:\/\/)?([\d.]+):(\d+)\D+(\d+)$/.exec(address ?? "") ?? [];
    if (!deviceId.endsWith("/inverter") || host === undefined) continue;
    return { host, port: Number(port), unit: Number(unit) };
  }
  throw new Error("the API lists no inverter on Modbus");
}

async function lookFromOutside(
  { apiUrl, docsUrl }: Ready,
  serving: Serving | null,
): Promise<readonly Check[]> {
  const health = await fetch(`${apiUrl}/health/ready`);
  const docs = await fetch(docsUrl);
  const { hasMarker, acPowerW } = readSunSpecPower(await inverterAddress(apiUrl));
  const shared = serving === null ? null : readSunSpecPower(facadeAddress(serving.address));
  const isPlausible = (powerW: number | null): boolean =>
    powerW !== null && Math.abs(powerW) <= INVERTER_POWER_MAX_W;
  return [
    { name: "health/ready answers", value: health.status, holds: health.status === 200 },
    { name: "docs answer", value: docs.status, holds: docs.status === 200 },
    { name: "mbpoll reads the SunSpec marker", value: hasMarker, holds: hasMarker },
    { name: "mbpoll reads the AC power in W", value: acPowerW, holds: isPlausible(acPowerW) },
    {
      name: "mbpoll reads the façade of the home that is shared",
      value: shared?.acPowerW ?? null,
      holds: shared?.hasMarker === true && isPlausible(shared.acPowerW),
    },
  ];
}

function summaryChecks(summary: Summary): readonly Check[] {
  const { homes, devices, intervals, trades, settledWh, batchesFinalized, escrow, store } = summary;
  const { modbus = 0, opcua = 0 } = devices;
  const { firstClearedMs, firstPayoutMs } = summary;
  return [
    { name: "homes", value: homes, holds: homes === 12 },
    { name: "devices on Modbus", value: modbus, holds: modbus >= 10 },
    { name: "devices on OPC UA", value: opcua, holds: opcua >= 2 },
    { name: "intervals", value: intervals, holds: intervals === INTERVALS },
    { name: "trades", value: trades, holds: trades > 0 },
    { name: "settledWh", value: settledWh, holds: settledWh > 0 },
    { name: "batchesFinalized", value: batchesFinalized, holds: batchesFinalized >= 1 },
    { name: "escrow conserved", value: escrow.conserved, holds: escrow.conserved === true },
    { name: "readings in the store", value: store.readings, holds: store.readings > 0 },
    // How long it took is told, not judged: a busy machine is no defect of the street.
    { name: "firstClearedMs", value: firstClearedMs, holds: firstClearedMs !== null },
    { name: "firstPayoutMs", value: firstPayoutMs, holds: firstPayoutMs !== null },
  ];
}

const args = ["start", "--", "--intervals", `${INTERVALS}`, "--port", "0", "--json"];
const street = spawn("npm", args, { stdio: ["ignore", "pipe", "inherit"], timeout: TIMEOUT_MS });
const exited = new Promise<number | null>((resolve) => street.once("exit", resolve));
let serving: Serving | null = null;
let outside: Promise<readonly Check[]> | null = null;
let summary: Summary | null = null;
for await (const line of createInterface({ input: street.stdout })) {
  if (!line.startsWith("{")) continue;
  const event = JSON.parse(line) as { event: string };
  if (event.event === "serving") serving = event as unknown as Serving;
  if (event.event === "ready") {
    outside = lookFromOutside(event as unknown as Ready, serving);
    // Looked at when the street has ended; until then nobody waits for it.
    outside.catch(() => undefined);
  }
  if (event.event === "summary") summary = event as unknown as Summary;
}
const code = await exited;
const checks: Check[] = [{ name: "exit code", value: code, holds: code === 0 }];
try {
  checks.push(...((await outside) ?? [{ name: "the street came up", value: false, holds: false }]));
} catch (error) {
  checks.push({ name: "the street can be looked at", value: String(error), holds: false });
}
checks.push(
  ...(summary === null ? [{ name: "summary", value: null, holds: false }] : summaryChecks(summary)),
);
for (const { name, value, holds } of checks) console.log(`${holds ? "holds" : "FAILS"}  ${name}: ${value}`);
process.exitCode = checks.every((check) => check.holds) ? 0 : 1;
