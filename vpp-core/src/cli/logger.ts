import { pino } from "pino";
import pretty from "pino-pretty";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";

/** The levels a log may have, most talkative first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/**
 * A structured log on stderr: JSON lines for programs, readable lines for people.
 * @throws CommonwattError `CONFIG_LOG_LEVEL` for a level that does not exist.
 */
export function createLogger(level: string, json: boolean): Logger {
  if (!LOG_LEVELS.includes(level as (typeof LOG_LEVELS)[number])) {
    throw new CommonwattError(
      "CONFIG_LOG_LEVEL",
      `--log-level is ${level}; allowed: ${LOG_LEVELS.join(", ")}`,
    );
  }
  const options = { level, base: null, redact: ["*.ownerKey", "*.meterKey", "*.password"] };
  if (json) return pino(options, pino.destination({ dest: 2, sync: true }));
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "HH:MM:ss" }),
  );
}
