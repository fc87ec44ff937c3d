import type { DeviceId } from "../der/device-identity.ts";
import type { DeviceReading } from "../der/reading.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { DeviceLive } from "../fleet/fleet-store.ts";
import type { Device, DeviceConnector, DeviceContext } from "../ports/device.ts";
import { backOff } from "../time/back-off.ts";
import { sleep } from "../time/clock.ts";
import { seededRandom } from "../time/random.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Keeps one device reachable for as long as the site runs. */
export interface DeviceLink {
  /** The open device, or `null` while nobody answers. */
  device(): Device | null;
  /** Reads the device; on failure gives what it last said, which ages into staleness. */
  read(): Promise<DeviceReading | null>;
  live(): DeviceLive;
  /** Settles when the device was first reached, or the link was stopped before that. */
  readonly firstReached: Promise<void>;
  stop(): Promise<void>;
}

/** What a link needs, and whom it tells: once when its device falls silent, once when it answers again. */
export interface DeviceLinkContext extends DeviceContext {
  readonly onSilence: (device: DeviceId, problem: string) => void;
  readonly onAnswer: (device: DeviceId) => void;
}

/** Starts reaching for a device, with pauses from 1 s up to 60 s of real time between tries. */
export function linkDevice(
  connector: DeviceConnector,
  context: DeviceLinkContext,
  onChange: (live: DeviceLive) => void,
): DeviceLink {
  const aborter = new AbortController();
  const logger = context.logger.child({ device: connector.id, address: connector.address });
  let device: Device | null = null;
  let last: DeviceReading | null = null;
  let problem: string | null = "not reached yet";
  const live = (): DeviceLive => ({
    deviceId: connector.id,
    identity: device?.identity ?? null,
    connected: device !== null && problem === null,
    problem,
  });
  let isSilenceTold = false;
  const tell = (next: string | null): void => {
    if (next === problem) return;
    problem = next;
    onChange(live());
    if (next === null) {
      logger.info({}, "device answers");
      if (isSilenceTold) context.onAnswer(connector.id);
    } else {
      logger.info({ problem: next }, "device is silent");
      if (!isSilenceTold) context.onSilence(connector.id, next);
    }
    isSilenceTold = next !== null;
  };
  const connecting = connectUntilReached(connector, context, aborter.signal, tell).then((reached) => {
    device = reached;
    if (reached !== null) tell(null);
  });
  return {
    device: () => device,
    async read() {
      if (device === null) return last;
      try {
        last = await device.read();
        tell(null);
      } catch (error) {
        tell(messageOf(error));
      }
      return last;
    },
    live,
    firstReached: connecting,
    async stop() {
      aborter.abort();
      await connecting;
      await device?.close();
    },
  };
}

async function connectUntilReached(
  connector: DeviceConnector,
  context: DeviceContext,
  signal: AbortSignal,
  tell: (problem: string) => void,
): Promise<Device | null> {
  const pauses = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, seededRandom(connector.id));
  while (!signal.aborted) {
    try {
      return await connector.connect(context);
    } catch (error) {
      tell(messageOf(error));
    }
    await sleep(context.wallClock, pauses.next(), signal).catch(() => undefined);
  }
  return null;
}
