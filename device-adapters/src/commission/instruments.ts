import {
  type Clock,
  CommonwattError,
  type Device,
  type DeviceConnector,
  type DeviceContext,
  messageOf,
  type PointReadings,
} from "@commonwatt/vpp-core";
import type { Sample } from "./step-data.ts";

/** Readings in a row that a device may fail before it counts as away. */
const MISSES_MAX = 2;

/** The devices of one home, opened: the one under test, and those beside it that measure. */
export class Instruments {
  readonly device: Device;
  readonly #beside: readonly Device[];
  readonly #clock: Clock;
  readonly #misses = new Map<Device, number>();

  private constructor(device: Device, beside: readonly Device[], clock: Clock) {
    this.device = device;
    this.#beside = beside;
    this.#clock = clock;
  }

  /**
   * Connects to all of them.
   * @throws CommonwattError what a connector throws; nothing stays open then.
   */
  static async open(
    device: DeviceConnector,
    beside: readonly DeviceConnector[],
    context: DeviceContext,
  ): Promise<Instruments> {
    const outcomes = await Promise.allSettled([device, ...beside].map((each) => each.connect(context)));
    const opened = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    const [first, ...others] = opened;
    if (failed === undefined && first !== undefined) return new Instruments(first, others, context.clock);
    await Promise.all(opened.map((each) => each.close()));
    throw failed?.reason;
  }

  /**
   * Reads every device once. What the tested device reports counts, but for the grid: a meter of its own knows
   * better.
   * @throws CommonwattError `COMMISSION_DEVICE_AWAY` when one has not answered twice in a row.
   */
  async sample(): Promise<Sample> {
    const atMs = this.#clock.now();
    const [own = {}, ...others] = await Promise.all(
      [this.device, ...this.#beside].map((device) => this.#read(device)),
    );
    const beside = Object.assign({}, ...others.toReversed()) as PointReadings;
    const grid = Object.fromEntries(Object.entries(beside).filter(([name]) => name.startsWith("grid")));
    return { atMs, points: { ...beside, ...own, ...grid } };
  }

  /** Lets go of every device. */
  async close(): Promise<void> {
    await Promise.all([this.device, ...this.#beside].map((device) => device.close()));
  }

  async #read(device: Device): Promise<PointReadings> {
    try {
      const { points } = await device.read();
      this.#misses.delete(device);
      return points;
    } catch (error) {
      const misses = (this.#misses.get(device) ?? 0) + 1;
      this.#misses.set(device, misses);
      if (misses < MISSES_MAX) return {};
      throw new CommonwattError("COMMISSION_DEVICE_AWAY", `${device.id} is away: ${messageOf(error)}`, {
        details: { device: device.id },
        cause: error,
        retryable: true,
      });
    }
  }
}
