import { isDeepStrictEqual } from "node:util";
import {
  type Clock,
  CommonwattError,
  type DeviceContext,
  durationMs,
  type EpochMs,
  epochMs,
  messageOf,
} from "@commonwatt/vpp-core";
import { BlockSize } from "../modbus/block-size.ts";
import type { ModbusConnection, RequestOptions } from "../modbus/modbus-connection.ts";
import { isDeviceFault, saysModelsMoved } from "./device-fault.ts";
import { type DeviceAddress, type DeviceMap, discoverDevice, identityFrom } from "./device-map.ts";
import type { RegisterReader } from "./model-chain.ts";
import type { ModelImage } from "./model-image.ts";
import { readModel } from "./model-reader.ts";
import type { ModelRole } from "./model-role.ts";

/** A device that keeps refusing what its own map says is not searched anew more often than this. */
const REDISCOVERY_GAP_MS = 60_000;

/** Where a unit is and how long a call to it may take. */
export interface SessionSettings {
  readonly connection: ModbusConnection;
  readonly unit: number;
  /** Which logical device of the unit; `null` takes all of it as one. */
  readonly device: number | null;
  readonly requestTimeoutMs: number;
}

/**
 * An open SunSpec unit: knows where its models stand, and finds them anew when that may have changed.
 * After every new connection the serial number is compared, for another device may stand there now.
 */
export class SunSpecSession {
  readonly clock: Clock;
  readonly #settings: SessionSettings;
  readonly #context: DeviceContext;
  readonly #address: string;
  #map: DeviceMap;
  #verifiedGeneration: number;
  readonly #blockSize = new BlockSize();
  #modelsMoved = false;
  /** The serial number has changed and the new device's models have not been found yet. */
  #isAnotherDevice = false;
  #rediscovery: Promise<void> | null = null;
  #rediscoverAfterMs: EpochMs = epochMs(0);

  private constructor(settings: SessionSettings, context: DeviceContext, map: DeviceMap, generation: number) {
    this.clock = context.clock;
    this.#settings = settings;
    this.#context = context;
    this.#address = map.identity.address;
    this.#map = map;
    this.#verifiedGeneration = generation;
  }

  /** Finds out what the unit is. */
  static async open(
    settings: SessionSettings,
    context: DeviceContext,
    address: string,
  ): Promise<SunSpecSession> {
    const { connection, unit, device, requestTimeoutMs } = settings;
    const read: RegisterReader = (register, count) =>
      connection.readRegisters(unit, register, count, {
        deadlineMs: epochMs(context.wallClock.now() + requestTimeoutMs),
      });
    const map = await discoverDevice(read, { address, device }, context.clock);
    return new SunSpecSession(settings, context, map, connection.generation);
  }

  /** What the unit is and where its models stand, as far as is known. */
  get map(): DeviceMap {
    return this.#map;
  }

  /** Rises with every connection made; see {@link ModbusConnection.generation}. */
  get generation(): number {
    return this.#settings.connection.generation;
  }

  /** Real time, for what goes on beside calls. */
  get wallClock(): Clock {
    return this.#context.wallClock;
  }

  /** When a call that begins now must have ended, on the wall clock. */
  deadline(): EpochMs {
    return epochMs(this.#context.wallClock.now() + this.#settings.requestTimeoutMs);
  }

  /** Reads one model whole; `null` when the unit does not have it. */
  async read(role: ModelRole, deadlineMs: EpochMs): Promise<ModelImage | null> {
    const model = this.#map.models.get(role);
    if (model === undefined) return null;
    if (this.#isAnotherDevice) {
      throw new CommonwattError("SUNSPEC_MODEL_MOVED", `${this.#address}: another device answers`, {
        retryable: true,
      });
    }
    try {
      return await readModel(
        this.#reader(deadlineMs),
        model.definition,
        model.address,
        this.clock,
        this.#blockSize,
      );
    } catch (error) {
      if (saysModelsMoved(error)) this.#modelsMoved = true;
      throw error;
    }
  }

  /** Writes registers `offset` registers behind the ID register of a model. */
  async write(
    role: ModelRole,
    offset: number,
    values: readonly number[],
    options: RequestOptions,
  ): Promise<void> {
    const model = this.#map.models.get(role);
    if (model === undefined) return;
    const { connection, unit } = this.#settings;
    await connection.writeRegisters(unit, model.address.address + offset, values, options);
  }

  /**
   * Makes sure that the map is right, as cheaply as what has happened since allows.
   * @returns whether the map is another one than before.
   */
  async verify(deadlineMs: EpochMs): Promise<boolean> {
    const before = this.#map;
    if (this.generation !== this.#verifiedGeneration) await this.#compareSerialNumber(deadlineMs);
    if (this.#modelsMoved && this.#context.wallClock.now() >= this.#rediscoverAfterMs) {
      await this.#rediscover(deadlineMs);
    }
    return this.#map !== before;
  }

  async #compareSerialNumber(deadlineMs: EpochMs): Promise<void> {
    const { common, identity } = this.#map;
    const { generation } = this;
    let serialNumber: string | null = null;
    try {
      const image = await readModel(this.#reader(deadlineMs), common.definition, common.address, this.clock);
      serialNumber = identityFrom(image, this.#address).serialNumber;
    } catch (error) {
      if (!isDeviceFault(error)) throw error;
    }
    this.#verifiedGeneration = generation;
    if (serialNumber === identity.serialNumber) return;
    this.#context.logger.warn({ serialNumber, known: identity.serialNumber }, "another device answers");
    this.#isAnotherDevice = true;
    this.#modelsMoved = true;
    this.#rediscoverAfterMs = epochMs(0);
  }

  /** Discovery takes many requests: it goes on when the call that needs it has reached its deadline. */
  async #rediscover(deadlineMs: EpochMs): Promise<void> {
    this.#rediscovery ??= this.#discover().finally(() => {
      this.#rediscovery = null;
    });
    const { wallClock } = this.#context;
    const rediscovery = this.#rediscovery;
    await new Promise<void>((resolve, reject) => {
      const timer = wallClock.after(durationMs(Math.max(0, deadlineMs - wallClock.now())), () =>
        reject(
          new CommonwattError("MODBUS_TIMEOUT", `${this.#address}: still looking for its models`, {
            retryable: true,
          }),
        ),
      );
      rediscovery.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  async #discover(): Promise<void> {
    const { generation } = this;
    const before = this.#map.chain.models;
    this.#rediscoverAfterMs = epochMs(this.#context.wallClock.now() + REDISCOVERY_GAP_MS);
    try {
      const read: RegisterReader = (register, count) => this.#reader(this.deadline())(register, count);
      const at: DeviceAddress = { address: this.#address, device: this.#settings.device };
      this.#map = await discoverDevice(read, at, this.clock);
    } catch (error) {
      this.#context.logger.warn({ error: messageOf(error) }, "the models could not be found again");
      if (isDeviceFault(error)) return;
      this.#rediscoverAfterMs = epochMs(0);
      throw error;
    }
    this.#verifiedGeneration = generation;
    this.#modelsMoved = false;
    this.#isAnotherDevice = false;
    // A search that found the models elsewhere was right to be made: some devices change L at dusk and dawn.
    if (!isDeepStrictEqual(this.#map.chain.models, before)) this.#rediscoverAfterMs = epochMs(0);
  }

  #reader(deadlineMs: EpochMs): RegisterReader {
    const { connection, unit } = this.#settings;
    return (register, count) => connection.readRegisters(unit, register, count, { deadlineMs });
  }
}
