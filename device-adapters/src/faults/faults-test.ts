import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationMs, type Random, seededRandom, sleep, systemClock } from "@commonwatt/vpp-core";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { type ClientTrust, connectorsOf } from "./connectors.ts";
import type { DeviceKind } from "./device-kinds.ts";
import { FaultHardware } from "./fault-hardware.ts";
import type { DeviceInit, HardwareTotals } from "./fault-messages.ts";
import { FaultTarget } from "./fault-target.ts";
import { type FaultsTestResult, resultOf } from "./faults-result.ts";
import { LoopLag } from "./loop-watch.ts";
import { Tally } from "./tally.ts";

/** The share of faults that go to OPC UA, whose connections take a hundred times as long to make. */
const OPCUA_SHARE = 0.1;
const OPCUA_DEVICES = 5;
/** In this order, so that a run with few faults has each kind of device once. */
const MODBUS_KINDS = ["sunspec", "timer-profile", "hang-up-profile", "rtu-over-tcp", "sunspec"] as const;
const MODBUS_DEVICES: readonly DeviceKind[] = Array(12).fill(MODBUS_KINDS).flat();
const PROGRESS_EVERY = 500;
/** After everything is closed, the last promises have this long to settle. */
const GRACE_MS = 10_000;
const GRACE_STEP_MS = 100;

/** What to inject, and whom to tell how far it is. */
export interface FaultsTestOptions {
  readonly faults: number;
  readonly seed: number;
  readonly onProgress: (progress: { readonly protocol: string; readonly faults: number }) => void;
}

type Progress = (done: number) => void;

/**
 * Injects faults into emulated devices while real clients poll and command them. The devices run in
 * processes of their own: one for Modbus, and one for each OPC UA server, which a restart keeps busy.
 */
export async function faultsTest(options: FaultsTestOptions): Promise<FaultsTestResult> {
  const startMs = systemClock.now();
  const tally = new Tally();
  const lag = new LoopLag();
  const opcuaFaults = Math.round(options.faults * OPCUA_SHARE);
  const modbusFaults = options.faults - opcuaFaults;
  const random = seededRandom(options.seed);
  const modbus = await injectModbus(options, random, modbusFaults, tally);
  const opcua = await injectOpcua(options, random, opcuaFaults, tally);
  for (let waitedMs = 0; waitedMs < GRACE_MS && tally.calls.unsettled.length > 0; waitedMs += GRACE_STEP_MS) {
    await sleep(systemClock, durationMs(GRACE_STEP_MS));
  }
  return {
    ...resultOf(tally, [...modbus, ...opcua], lag),
    faults: options.faults,
    modbusFaults,
    opcuaFaults,
    elapsedMs: systemClock.now() - startMs,
  };
}

async function injectModbus(
  { seed, onProgress }: FaultsTestOptions,
  random: Random,
  faults: number,
  tally: Tally,
): Promise<readonly HardwareTotals[]> {
  const devices = MODBUS_DEVICES.slice(0, faults).map((kind, index) => ({ name: `${kind}-${index}`, kind }));
  const progress: Progress = (done) => onProgress({ protocol: "modbus", faults: done });
  const targets: FaultTarget[] = [];
  const hardware = await FaultHardware.start(
    { seed: `${seed}/modbus`, devices },
    listenerFor(tally, targets),
  );
  try {
    for (const [index, { name, kind }] of devices.entries()) {
      const connectors = connectorsOf(name, kind, hardware.portOf(index), null);
      targets.push(new FaultTarget({ name, kind, hardware, device: index, connectors, random, tally }));
    }
    await injectAll(targets, faults, progress);
    return [await hardware.totals()];
  } finally {
    await hardware.stop();
  }
}

async function injectOpcua(
  { seed, onProgress }: FaultsTestOptions,
  random: Random,
  faults: number,
  tally: Tally,
): Promise<readonly HardwareTotals[]> {
  const names = Array.from({ length: Math.min(OPCUA_DEVICES, faults) }, (_, index) => `opcua-${index}`);
  const progress: Progress = (done) => onProgress({ protocol: "opcua", faults: done });
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-faults-"));
  const running: FaultHardware[] = [];
  try {
    const targets: FaultTarget[] = [];
    for (const name of names) {
      const { init, trust } = await trusting(name, join(directory, name));
      const own: FaultTarget[] = [];
      const hardware = await FaultHardware.start(
        { seed: `${seed}/${name}`, devices: [init] },
        listenerFor(tally, own),
      );
      running.push(hardware);
      const connectors = connectorsOf(name, "opcua", hardware.portOf(0), trust);
      own.push(new FaultTarget({ name, kind: "opcua", hardware, device: 0, connectors, random, tally }));
      targets.push(...own);
    }
    await injectAll(targets, faults, progress);
    return await Promise.all(running.map((hardware) => hardware.totals()));
  } finally {
    await Promise.all(running.map((hardware) => hardware.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

async function trusting(
  name: string,
  directory: string,
): Promise<{ readonly init: DeviceInit; readonly trust: ClientTrust }> {
  const clientPkiDirectory = join(directory, "client");
  const serverPkiDirectory = join(directory, "server");
  const { serverCertificateFile } = await provisionTrust({ clientPkiDirectory, serverPkiDirectory });
  return {
    init: { name, kind: "opcua", serverPkiDirectory },
    trust: { clientPkiDirectory, serverCertificateFile },
  };
}

function listenerFor(
  tally: Tally,
  targets: readonly FaultTarget[],
): Parameters<typeof FaultHardware.start>[1] {
  return {
    command: (device, command) => targets[device]?.noteCommand(command),
    wrong: (fault, point, value) => void tally.wrong.push({ fault, point, value }),
  };
}

async function injectAll(
  targets: readonly FaultTarget[],
  faults: number,
  onProgress: Progress,
): Promise<void> {
  try {
    await Promise.all(targets.map((target) => target.open()));
    let left = faults;
    let done = 0;
    await Promise.all(
      targets.map(async (target) => {
        while (left > 0) {
          left -= 1;
          await target.inject();
          done += 1;
          if (done % PROGRESS_EVERY === 0) onProgress(done);
        }
      }),
    );
  } finally {
    await Promise.all(targets.map((target) => target.close()));
  }
}
