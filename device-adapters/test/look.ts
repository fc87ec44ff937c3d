import { systemClock } from "@commonwatt/vpp-core";
import { discover, type ScanResult } from "../src/discover/discover.ts";
import type { ScanOptions } from "../src/discover/scan-host.ts";
import { parsePorts } from "../src/discover/scan-places.ts";
import { parseTarget } from "../src/discover/scan-target.ts";

/** Looks at this machine, with shorter pauses than the command has. */
export function look(ports: string, options: Partial<ScanOptions> = {}): Promise<ScanResult> {
  return discover(parseTarget("127.0.0.1"), {
    ports: parsePorts(ports),
    units: [1],
    timeoutMs: 1_500,
    gapMs: 1,
    settleMs: 0,
    certificateDirectory: null,
    wallClock: { ...systemClock },
    signal: new AbortController().signal,
    onEvent: () => undefined,
    ...options,
  });
}
