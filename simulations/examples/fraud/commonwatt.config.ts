import { cheatingEscrow, LIE_KINDS } from "@commonwatt/settlement";
import { type ConfigFile, defineConfig } from "@commonwatt/vpp-core";
import { config as street } from "../street/commonwatt.config.ts";

/** Long enough for a watcher to fetch, recompute and challenge; an honest operator would take hours. */
const WINDOW_SECONDS = 90;
const RESPONSE_SECONDS = 6;
/** Everybody sees one honest batch first. */
const FIRST_LIE = 2;

/** The street of the quickstart with an operator that lies: `npx commonwatt demo fraud` runs it. */
export const config: ConfigFile = defineConfig({
  options: {
    ...street.options,
    lie: { describe: "which lie, by its place in the list", min: 0, max: LIE_KINDS.length - 1, default: 0 },
  },
  simulatedStartMs: street.simulatedStartMs,
  async setup(context) {
    const honest = await street.setup(context);
    const kind = LIE_KINDS[context.options["lie"] ?? 0] ?? "overdraft";
    const terms = { challengeWindowSeconds: WINDOW_SECONDS, responseSeconds: RESPONSE_SECONDS };
    return { ...honest, rail: cheatingEscrow(kind, FIRST_LIE, terms) };
  },
});
