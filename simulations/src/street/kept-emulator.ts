import { join } from "node:path";
import {
  type AcceleratedTime,
  backOff,
  type ChildService,
  type DeviceProtocol,
  type Logger,
  messageOf,
  seededRandom,
  sleep,
  startChild,
  systemClock,
} from "@commonwatt/vpp-core";
import type { EmulatorInit, GoMessage, HardwareAddress } from "./emulator-messages.ts";

const ENTRY = new URL("./emulator-process.ts", import.meta.url);
/** Pauses before hardware that ended is started again, in real time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** The hardware of one protocol, kept running. */
export interface KeptEmulator {
  readonly addresses: readonly HardwareAddress[];
  /** Lets the hardware's clock run. */
  go(time: AcceleratedTime): void;
  /** Saves all state and ends the process. */
  stop(): Promise<void>;
}

type Emulator = ChildService<readonly HardwareAddress[]>;

/**
 * Starts the process of one protocol. When it ends by itself it is started again, at the same addresses and
 * from the state it saved last, as hardware comes back after a power cut.
 * @throws CommonwattError `PROCESS_START_FAILED` when it does not start the first time.
 */
export async function keepEmulator(init: EmulatorInit, logger: Logger): Promise<KeptEmulator> {
  const stopping = new AbortController();
  let running = await start(init);
  const addresses = running.ready;
  const again = { ...init, ports: portsOf(init.protocol, addresses) };
  let time: AcceleratedTime | null = null;
  const restart = async (): Promise<void> => {
    const pauses = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, seededRandom(init.protocol));
    while (!stopping.signal.aborted) {
      await sleep(systemClock, pauses.next(), stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        running = await start(again);
        if (time !== null) running.send(goMessage(time));
        return;
      } catch (error) {
        logger.error({ protocol: init.protocol, error: messageOf(error) }, "hardware does not come back");
      }
    }
  };
  const keepUp = async (): Promise<void> => {
    for (;;) {
      const { exited, processId } = running;
      const exitCode = await exited;
      if (stopping.signal.aborted) return;
      logger.error({ protocol: init.protocol, processId, exitCode }, "emulated hardware ended by itself");
      await restart();
      if (stopping.signal.aborted) return;
    }
  };
  const kept = keepUp();
  return {
    addresses,
    go(given) {
      time = given;
      running.send(goMessage(given));
    },
    async stop() {
      stopping.abort();
      await running.stop();
      await kept;
      // A restart that was under way has a process of its own.
      await running.stop();
    },
  };
}

function goMessage(time: AcceleratedTime): GoMessage {
  return { kind: "go", time };
}

function start(init: EmulatorInit): Promise<Emulator> {
  const pidFile = join(init.directory, `${init.protocol}.pid`);
  return startChild(`the street's ${init.protocol} hardware`, ENTRY, init, { pidFile });
}

function portsOf(protocol: DeviceProtocol, addresses: readonly HardwareAddress[]): readonly number[] {
  const ports = addresses.map((address) =>
    address.protocol === "modbus" ? address.port : Number(new URL(address.endpointUrl).port),
  );
  return protocol === "modbus" ? ports : ports.slice(0, 1);
}
