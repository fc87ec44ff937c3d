/** A structured log line: fields first, then the message, as pino has it. */
export type LogMethod = (fields: object, message: string) => void;

/** Where parts of the system write what an operator of it may want to know later. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A logger that adds these fields to every line. */
  child(fields: object): Logger;
}
