import {
  type Device,
  type DeviceContext,
  deviceId,
  durationMs,
  percentile,
  processUptimeMs,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { modbus } from "../sunspec/sunspec-connector.ts";

const PERIOD_MS = 1_000;
/** Devices that are being opened at the same time. */
const OPENING_MAX = 32;

/** What polling many meters once a second came to. */
export interface PollResult {
  readonly devices: number;
  readonly seconds: number;
  readonly polls: number;
  /** Polls that failed, had no good reading within a second, or could not begin for the one before. */
  readonly missedPolls: number;
  /** Devices without a missed poll. */
  readonly devicesPolled1Hz: number;
  /** From the moment a poll is due until its reading is there. */
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
  /** Of one core, by this process alone. */
  readonly cpuShare: number;
  readonly memoryMb: number;
}

/** Opens every device at its port, and polls each once a second for `seconds`. */
export async function pollDevices(
  ports: readonly number[],
  seconds: number,
  context: DeviceContext,
): Promise<PollResult> {
  const devices = await openAll(ports, context);
  try {
    return await pollAll(devices, seconds);
  } finally {
    await Promise.all(devices.map((device) => device.close()));
  }
}

async function openAll(ports: readonly number[], context: DeviceContext): Promise<readonly Device[]> {
  const devices: Device[] = [];
  const waiting = ports.entries();
  const open = async (): Promise<void> => {
    for (const [index, port] of waiting) {
      const connector = modbus({ id: deviceId(`bench/${index}`), host: "127.0.0.1", port, unit: 1 });
      devices[index] = await connector.connect(context);
    }
  };
  await Promise.all(Array.from({ length: OPENING_MAX }, open));
  return devices;
}

async function pollAll(devices: readonly Device[], seconds: number): Promise<PollResult> {
  const latenciesMs: number[] = [];
  const missedBy = new Set<Device>();
  const pending = new Map<Device, Promise<void>>();
  let missedPolls = 0;
  const miss = (device: Device): void => {
    missedPolls += 1;
    missedBy.add(device);
  };
  const poll = async (device: Device, dueMs: number): Promise<void> => {
    const isGood = await device.read().then(
      ({ points }) => points.gridPowerW?.quality === "good",
      () => false,
    );
    const latencyMs = processUptimeMs() - dueMs;
    latenciesMs.push(latencyMs);
    if (!isGood || latencyMs > PERIOD_MS) miss(device);
  };
  const cpuBefore = process.cpuUsage();
  const beginMs = processUptimeMs();
  const polls = devices.length * seconds;
  // The devices' turns are spread over the second, as they are when sites come up one after another.
  for (let next = 0; next < polls; next++) {
    const dueMs = beginMs + (next * PERIOD_MS) / devices.length;
    if (dueMs > processUptimeMs()) await sleep(systemClock, durationMs(Math.ceil(dueMs - processUptimeMs())));
    const device = devices[next % devices.length];
    if (device === undefined) break;
    // As a site does: while a device is being asked, it is not asked again.
    if (pending.has(device)) miss(device);
    else
      pending.set(
        device,
        poll(device, dueMs).finally(() => pending.delete(device)),
      );
  }
  await Promise.all(pending.values());
  const cpu = process.cpuUsage(cpuBefore);
  const tookMs = processUptimeMs() - beginMs;
  return {
    devices: devices.length,
    seconds,
    polls: latenciesMs.length,
    missedPolls,
    devicesPolled1Hz: devices.length - missedBy.size,
    latencyP50Ms: rounded(percentile(latenciesMs, 0.5)),
    latencyP99Ms: rounded(percentile(latenciesMs, 0.99)),
    latencyMaxMs: rounded(percentile(latenciesMs, 1)),
    cpuShare: rounded((cpu.user + cpu.system) / 1_000 / tookMs),
    memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
