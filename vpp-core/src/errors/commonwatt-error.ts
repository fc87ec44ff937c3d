/** What an error says beside its message: plain values that a log or an API reply can carry. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/** Options of a {@link CommonwattError}. */
export interface CommonwattErrorOptions {
  /** Values that explain the failure, with the unit as the last word of each name. */
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
}

/**
 * A failure at an edge: wire, database, chain, file, configuration. The code is stable and of the form
 * `AREA_WHAT`; programs branch on it, people read the message.
 */
export class CommonwattError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails;
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: CommonwattErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CommonwattError";
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}

/** Whether a caught value is a {@link CommonwattError}, of one code when `code` is given. */
export function isCommonwattError(error: unknown, code?: string): error is CommonwattError {
  return error instanceof CommonwattError && (code === undefined || error.code === code);
}

/** The text of any caught value, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
