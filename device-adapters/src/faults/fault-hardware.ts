import { type ChildService, startChild } from "@commonwatt/vpp-core";
import type {
  CarriedOut,
  FromHardware,
  HardwareInit,
  HardwareReady,
  HardwareTotals,
  Injected,
  ReadValue,
  ToHardware,
} from "./fault-messages.ts";

/** Whom the hardware tells what it sees. */
export interface HardwareListener {
  command(device: number, command: CarriedOut): void;
  wrong(fault: string, point: string, value: number): void;
}

/** A process of emulated hardware, seen from the clients. */
export class FaultHardware {
  readonly #child: ChildService<HardwareReady>;
  readonly #asked: Map<number, PromiseWithResolvers<FromHardware>>;
  #lastId = 0;

  private constructor(
    child: ChildService<HardwareReady>,
    asked: Map<number, PromiseWithResolvers<FromHardware>>,
  ) {
    this.#child = child;
    this.#asked = asked;
    void child.exited.then((code) => {
      const error = new Error(`the process of the hardware has ended with code ${code}\n${child.output()}`);
      for (const { reject } of asked.values()) reject(error);
    });
  }

  static async start(init: HardwareInit, listener: HardwareListener): Promise<FaultHardware> {
    const asked = new Map<number, PromiseWithResolvers<FromHardware>>();
    const onMessage = (message: unknown): void => take(message as FromHardware, asked, listener);
    const entry = new URL("fault-hardware-process.ts", import.meta.url);
    const child = await startChild<HardwareInit, HardwareReady>("the emulated hardware", entry, init, {
      onMessage,
    });
    return new FaultHardware(child, asked);
  }

  portOf(device: number): number {
    return this.#child.ready.ports[device] ?? 0;
  }

  /** Injects one fault, and settles when it is over. */
  async inject(device: number, fault: string): Promise<Injected> {
    const reply = await this.#ask((id) => ({ kind: "inject", id, device, fault }));
    if (reply.kind === "injected") return reply;
    throw new Error(`${fault}: ${reply.kind === "failed" ? reply.why : "no answer"}`);
  }

  /** Has values compared with what the plant had; what is wrong is told to the listener. */
  judge(device: number, fault: string, values: readonly ReadValue[]): void {
    this.#send({ kind: "reading", device, fault, values });
  }

  /** What has been counted; messages before it have been seen to. */
  async totals(): Promise<HardwareTotals> {
    const reply = await this.#ask((id) => ({ kind: "totals", id }));
    if (reply.kind === "totals") return reply;
    throw new Error("no totals");
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  #ask(messageOf: (id: number) => ToHardware): Promise<FromHardware> {
    this.#lastId += 1;
    const asked = Promise.withResolvers<FromHardware>();
    this.#asked.set(this.#lastId, asked);
    this.#send(messageOf(this.#lastId));
    return asked.promise;
  }

  #send(message: ToHardware): void {
    this.#child.send(message);
  }
}

function take(
  message: FromHardware,
  asked: Map<number, PromiseWithResolvers<FromHardware>>,
  listener: HardwareListener,
): void {
  if (message.kind === "command") listener.command(message.device, message);
  else if (message.kind === "wrong") listener.wrong(message.fault, message.point, message.value);
  else {
    asked.get(message.id)?.resolve(message);
    asked.delete(message.id);
  }
}
