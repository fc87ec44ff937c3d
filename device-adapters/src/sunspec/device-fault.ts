import { type CommonwattError, isCommonwattError } from "@commonwatt/vpp-core";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";

/** Exceptions by which a gateway says that the unit behind it does not answer. */
const GATEWAY_EXCEPTIONS: ReadonlySet<number> = new Set([10, 11]);
const ILLEGAL_ADDRESS = 2;

const FAULTS: ReadonlySet<string> = new Set([
  "MODBUS_EXCEPTION",
  "MODBUS_BAD_FRAME",
  "SUNSPEC_MODEL_MOVED",
  "SUNSPEC_NOT_FOUND",
  "SUNSPEC_NOTHING_KNOWN",
  "SUNSPEC_NO_SUCH_DEVICE",
  "SUNSPEC_TORN_READ",
]);

/** Whether an error says that the device answers, but not with what it should; else it does not answer. */
export function isDeviceFault(error: unknown): error is CommonwattError {
  return (
    isCommonwattError(error) && FAULTS.has(error.code) && !GATEWAY_EXCEPTIONS.has(exceptionCodeOf(error) ?? 0)
  );
}

/** Whether an error says that the models are no longer where they were found. */
export function saysModelsMoved(error: unknown): boolean {
  return isCommonwattError(error, "SUNSPEC_MODEL_MOVED") || exceptionCodeOf(error) === ILLEGAL_ADDRESS;
}
