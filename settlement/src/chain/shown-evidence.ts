import type { Hex } from "@commonwatt/vpp-core";
import { keccak256 } from "../hash/keccak.ts";
import { COURT } from "./contracts.ts";
import type { EventLog } from "./event-log.ts";
import type { Deployment } from "./manifest.ts";

/**
 * What the court was shown of the batches with a number beside their leaves, by its hash: signatures of orders and readings,
 * and ends of orders.
 * @throws CommonwattError `CHAIN_UNREACHABLE`, `CHAIN_REFUSED`.
 */
export async function shownEvidence(
  log: EventLog,
  { court, block }: Pick<Deployment, "court" | "block">,
  number: number,
): Promise<Map<Hex, Hex>> {
  const topics = COURT.abi.encodeFilterTopics("LeafShown", [number]);
  const shown = new Map<Hex, Hex>();
  for (const { topics: said, data } of await log.events(court, topics, block)) {
    const evidence = COURT.abi.parseLog({ topics: said, data })?.args["evidence"] as
      | readonly Hex[]
      | undefined;
    for (const bytes of evidence ?? []) shown.set(keccak256(bytes), bytes);
  }
  return shown;
}
