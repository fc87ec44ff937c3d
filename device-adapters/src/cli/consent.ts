import { createInterface } from "node:readline/promises";
import { CommonwattError } from "@commonwatt/vpp-core";

/**
 * Asks the person at the terminal before something happens that should not happen unasked. `given` is what
 * `--yes` said.
 * @throws CommonwattError `USAGE_CONSENT_NEEDED` without a yes, or where there is nobody to ask.
 */
export async function requireConsent(what: string, given: boolean): Promise<void> {
  if (given) return;
  if (process.stdin.isTTY && (await ask(`${what} Go on? [y/N] `))) return;
  throw new CommonwattError("USAGE_CONSENT_NEEDED", `${what} Say --yes if that is what you want.`);
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const refusal = new AbortController();
  terminal.once("SIGINT", () => refusal.abort());
  try {
    const { signal } = refusal;
    return /^\s*y(es)?\s*$/i.test(await terminal.question(question, { signal }));
  } catch (error) {
    // Ctrl-C is a no.
    if (refusal.signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
