import { READ_REGISTERS_MAX } from "./modbus-connection.ts";
import { exceptionCodeOf } from "./modbus-errors.ts";

const ILLEGAL_VALUE = 3;
/** No device is known that refuses so few. */
const REGISTERS_MIN = 8;

/**
 * How many registers to ask one device for at a time: as many as the protocol allows, until the device
 * refuses that many. Some devices and gateways have buffers for far fewer.
 */
export class BlockSize {
  #registersMax = READ_REGISTERS_MAX;

  /** The most registers that the next read may ask for. */
  get registersMax(): number {
    return this.#registersMax;
  }

  /**
   * Looks at why a read failed. Exception 3 says that a device does not take the count.
   * @returns whether smaller reads are worth a try.
   */
  shrinkAfter(error: unknown): boolean {
    if (exceptionCodeOf(error) !== ILLEGAL_VALUE || this.#registersMax <= REGISTERS_MIN) return false;
    this.#registersMax = Math.max(REGISTERS_MIN, Math.floor(this.#registersMax / 2));
    return true;
  }
}
