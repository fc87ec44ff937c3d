import { messageOf, type Random, type RunningService, seededRandom, serveChild } from "@commonwatt/vpp-core";
import type { DeviceNotes, EmulatedDevice } from "./emulated-device.ts";
import type { DeviceInit, FromHardware, HardwareInit, HardwareReady, ToHardware } from "./fault-messages.ts";
import { ArrivalBound, LoopLag } from "./loop-watch.ts";
import { ModbusHardware } from "./modbus-hardware.ts";
import { OpcuaHardware } from "./opcua-hardware.ts";

/** The emulated devices of one process, and what is counted about them. */
class Hardware {
  readonly #tell: (message: FromHardware) => void;
  readonly #devices: EmulatedDevice[] = [];
  readonly #arrival = new ArrivalBound();
  readonly #lag = new LoopLag();
  #valuesJudged = 0;
  #valuesUnknown = 0;
  #timersReleased = 0;
  #timersStuck = 0;

  constructor(tell: (message: FromHardware) => void) {
    this.#tell = tell;
  }

  async open(init: DeviceInit, random: Random): Promise<void> {
    const { name, kind, serverPkiDirectory } = init;
    const notes = this.#notesOf(this.#devices.length);
    this.#devices.push(
      kind === "opcua"
        ? await OpcuaHardware.start(name, serverPkiDirectory ?? "", random, notes)
        : await ModbusHardware.start(name, kind, random, notes),
    );
  }

  get ports(): readonly number[] {
    return this.#devices.map(({ port }) => port);
  }

  take(message: ToHardware): void {
    switch (message.kind) {
      case "inject":
        void this.#inject(message);
        break;
      case "reading":
        this.#judge(message);
        break;
      case "totals":
        this.#tell({
          kind: "totals",
          id: message.id,
          valuesJudged: this.#valuesJudged,
          valuesUnknown: this.#valuesUnknown,
          timersReleased: this.#timersReleased,
          timersStuck: this.#timersStuck,
          loopLagP99Ms: this.#lag.p99Ms,
          loopLagMaxMs: this.#lag.maxMs,
        });
    }
  }

  async close(): Promise<void> {
    this.#arrival.close();
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  #notesOf(device: number): DeviceNotes {
    return {
      arrival: this.#arrival,
      command: (command) => this.#tell({ kind: "command", device, ...command }),
      timer: (released) => {
        if (released) this.#timersReleased += 1;
        else this.#timersStuck += 1;
      },
    };
  }

  async #inject({ id, device, fault }: ToHardware & { kind: "inject" }): Promise<void> {
    try {
      const injected = await this.#devices[device]?.inject(fault);
      if (injected !== undefined) this.#tell({ kind: "injected", id, ...injected });
    } catch (error) {
      this.#tell({ kind: "failed", id, why: messageOf(error) });
    }
  }

  #judge({ device, fault, values }: ToHardware & { kind: "reading" }): void {
    for (const { point, value, fromMs, toMs } of values) {
      const verdict = this.#devices[device]?.judge(point, value, fromMs, toMs);
      this.#valuesJudged += 1;
      if (verdict === "wrong") this.#tell({ kind: "wrong", fault, point, value });
      else if (verdict !== "true") this.#valuesUnknown += 1;
    }
  }
}

async function start(
  { seed, devices }: HardwareInit,
  tellParent: (message: unknown) => void,
): Promise<RunningService<HardwareReady>> {
  const hardware = new Hardware(tellParent);
  const random = seededRandom(seed);
  for (const device of devices) await hardware.open(device, random.fork(device.name));
  return {
    ready: { ports: hardware.ports },
    onMessage: (message) => hardware.take(message as ToHardware),
    stop: () => hardware.close(),
  };
}

serveChild(start);
