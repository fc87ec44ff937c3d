import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";

/** Things to bring down, last started first. */
export interface Closers {
  /** Remembers how something that has just started is brought down. */
  add(what: string, close: () => void | Promise<void>): void;
  /** Brings everything down; a failure is logged and does not keep the rest up. Harmless when repeated. */
  closeAll(): Promise<void>;
}

/** Makes an empty list of things to bring down. */
export function closers(logger: Logger): Closers {
  const list: { what: string; close: () => void | Promise<void> }[] = [];
  return {
    add: (what, close) => list.push({ what, close }),
    async closeAll() {
      for (let last = list.pop(); last !== undefined; last = list.pop()) {
        try {
          await last.close();
        } catch (error) {
          logger.error({ error: messageOf(error) }, `${last.what} did not stop cleanly`);
        }
      }
    },
  };
}
