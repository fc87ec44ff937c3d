import type { DeviceConnector, Random } from "@commonwatt/vpp-core";
import { DEVICE_KINDS, type DeviceKind, TIMER_FAULTS } from "./device-kinds.ts";
import type { FaultHardware } from "./fault-hardware.ts";
import type { CarriedOut } from "./fault-messages.ts";
import { FaultRig } from "./fault-rig.ts";
import { stepAfterOutage, type Tally } from "./tally.ts";

/** In a round of faults each comes so often; those that take seconds come once. */
const USUAL_SHARE = 4;
const SLOW_FAULTS: ReadonlySet<string> = new Set([...TIMER_FAULTS, "restart"]);
/** A restart is to OPC UA what cutting the power is: it comes more often than a timer runs out. */
const RESTART_SHARE = 2;

/** What a target is made of. */
export interface TargetOptions {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly hardware: FaultHardware;
  /** Its place within the hardware. */
  readonly device: number;
  readonly connectors: readonly DeviceConnector[];
  readonly random: Random;
  readonly tally: Tally;
}

/** One emulated device with its clients, into which faults are injected one after the other. */
export class FaultTarget {
  readonly #options: TargetOptions;
  readonly #rig: FaultRig;
  readonly #random: Random;
  /** The faults still to come in this round, the next one last. */
  #round: string[] = [];

  constructor(options: TargetOptions) {
    const { name, kind, connectors, tally, hardware, device, random } = options;
    this.#options = options;
    this.#random = random.fork(name);
    this.#rig = new FaultRig({
      kind,
      connectors,
      tally,
      judge: (fault, values) => hardware.judge(device, fault, values),
    });
  }

  open(): Promise<void> {
    return this.#rig.start();
  }

  /** Injects the next fault and waits for the recovery from it. */
  async inject(): Promise<void> {
    const { kind, hardware, device, tally } = this.#options;
    const fault = this.#next();
    const label = `${kind} ${fault}`;
    this.#rig.fault = label;
    this.#rig.isCommandless = TIMER_FAULTS.has(fault);
    const { endMs, outageMs } = await hardware.inject(device, fault);
    this.#rig.isCommandless = false;
    tally.noteFault(label);
    const { backOffBaseMs } = DEVICE_KINDS[kind].pace;
    await this.#rig.recover(fault, endMs, stepAfterOutage(backOffBaseMs, outageMs));
  }

  noteCommand(command: CarriedOut): void {
    this.#rig.noteCommand(command);
  }

  close(): Promise<void> {
    return this.#rig.stop();
  }

  /** Draws from a round until it is used up, so that all faults come, and as often as each other. */
  #next(): string {
    if (this.#round.length === 0) {
      this.#round = DEVICE_KINDS[this.#options.kind].faults.flatMap((fault) =>
        Array<string>(shareOf(fault)).fill(fault),
      );
    }
    const [drawn = "none"] = this.#round.splice(this.#random.integer(0, this.#round.length - 1), 1);
    return drawn;
  }
}

function shareOf(fault: string): number {
  if (!SLOW_FAULTS.has(fault)) return USUAL_SHARE;
  return fault === "restart" ? RESTART_SHARE : 1;
}
