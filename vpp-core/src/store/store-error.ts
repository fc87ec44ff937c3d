import { DatabaseError } from "pg";
import { CommonwattError, type ErrorDetails, messageOf } from "../errors/commonwatt-error.ts";

/**
 * SQLSTATE classes (PostgreSQL manual, appendix A) after which the same statement may work later: 08
 * connection, 40 rolled back by the server (deadlock), 53 out of connections, memory or disk, 57 shut down
 * or cancelled, 58 the server's own files.
 */
const RETRYABLE_CLASSES: ReadonlySet<string> = new Set(["08", "40", "53", "57", "58"]);

/** SQLSTATE classes by which the server refuses the values themselves: 22 data, 23 constraints. */
const VALUE_CLASSES: ReadonlySet<string> = new Set(["22", "23"]);

/**
 * What a failed database call is called. `STORE_UNAVAILABLE` (retryable): no connection, or the server cannot
 * serve now. `STORE_CONFLICT`: the values break a rule of the tables. `STORE_REFUSED`: wrong user, password or
 * database. `STORE_FAILED`: anything else.
 */
export type StoreErrorCode = "STORE_UNAVAILABLE" | "STORE_CONFLICT" | "STORE_REFUSED" | "STORE_FAILED";

function codeOf(sqlState: string | undefined): StoreErrorCode {
  if (sqlState === undefined || RETRYABLE_CLASSES.has(sqlState.slice(0, 2))) return "STORE_UNAVAILABLE";
  if (VALUE_CLASSES.has(sqlState.slice(0, 2))) return "STORE_CONFLICT";
  return sqlState.startsWith("28") || sqlState === "3D000" ? "STORE_REFUSED" : "STORE_FAILED";
}

/** Whether pg failed on the way to the server, not in the program: a socket's error, or pg's own words. */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const socketError = "syscall" in error || error instanceof AggregateError;
  return socketError || /connect|terminat|timeout|not queryable|closed|SSL/i.test(error.message);
}

/**
 * Turns what pg threw into a {@link CommonwattError} with a {@link StoreErrorCode}. A CommonwattError stays
 * what it is, and so does an error that is not pg's: it is a programmer's.
 */
export function storeError(error: unknown, what: string): unknown {
  if (error instanceof CommonwattError) return error;
  if (error instanceof DatabaseError) {
    const code = codeOf(error.code);
    const details: ErrorDetails = { sqlState: error.code ?? null, constraint: error.constraint ?? null };
    const retryable = code === "STORE_UNAVAILABLE";
    return new CommonwattError(code, `${what}: ${error.message}`, { details, cause: error, retryable });
  }
  if (!isConnectionFailure(error)) return error;
  const said = error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : messageOf(error);
  return new CommonwattError("STORE_UNAVAILABLE", `${what}: ${said}`, { cause: error, retryable: true });
}
