import { CommonwattError, messageOf } from "@commonwatt/vpp-core";

/**
 * What can go wrong on a Modbus TCP connection. `MODBUS_EXCEPTION` carries `details.exceptionCode`; codes
 * 1 to 3 (function, address, value not accepted) are permanent, all others may pass. Everything else is
 * retryable, except a use after `close()`.
 */
export type ModbusErrorCode =
  | "MODBUS_TIMEOUT"
  | "MODBUS_CONNECTION_LOST"
  | "MODBUS_CONNECT_FAILED"
  | "MODBUS_BACKING_OFF"
  | "MODBUS_EXCEPTION"
  | "MODBUS_BAD_FRAME"
  | "MODBUS_CLOSED";

/** The exception codes of the Modbus application protocol that no retry will change. */
const PERMANENT_EXCEPTIONS: ReadonlySet<number> = new Set([1, 2, 3]);

const EXCEPTION_MEANINGS: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "device failure",
  5: "acknowledged, still working",
  6: "device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target did not answer",
};

/** One request, as far as an error message needs it. */
export interface RequestName {
  readonly peer: string;
  readonly unit: number;
  /** For example `read 40000+3`. */
  readonly what: string;
}

/** Makes an error of this area; `request` is named in the message and the details. */
export function modbusError(
  code: ModbusErrorCode,
  message: string,
  request: RequestName,
  cause?: unknown,
): CommonwattError<ModbusErrorCode> {
  return new CommonwattError(code, `${request.peer} unit ${request.unit}: ${request.what}: ${message}`, {
    details: { peer: request.peer, unit: request.unit },
    retryable: code !== "MODBUS_CLOSED",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Turns what modbus-serial reports for a request into an error of this area. */
export function fromLibraryError(error: unknown, request: RequestName): CommonwattError<ModbusErrorCode> {
  const { modbusCode, name } = error as { modbusCode?: unknown; name?: unknown };
  if (typeof modbusCode === "number") return exceptionError(modbusCode, request, error);
  if (name === "PortNotOpenError") {
    return modbusError("MODBUS_CONNECTION_LOST", "the connection is gone", request, error);
  }
  return modbusError("MODBUS_BAD_FRAME", messageOf(error), request, error);
}

function exceptionError(
  exceptionCode: number,
  request: RequestName,
  cause: unknown,
): CommonwattError<ModbusErrorCode> {
  const meaning = EXCEPTION_MEANINGS[exceptionCode] ?? "unknown";
  return new CommonwattError(
    "MODBUS_EXCEPTION",
    `${request.peer} unit ${request.unit}: ${request.what}: exception ${exceptionCode} (${meaning})`,
    {
      details: { peer: request.peer, unit: request.unit, exceptionCode },
      retryable: !PERMANENT_EXCEPTIONS.has(exceptionCode),
      cause,
    },
  );
}

/** The exception code a device answered with, or `null` when the error is something else. */
export function exceptionCodeOf(error: unknown): number | null {
  if (!(error instanceof CommonwattError) || error.code !== "MODBUS_EXCEPTION") return null;
  const code = error.details["exceptionCode"];
  return typeof code === "number" ? code : null;
}
