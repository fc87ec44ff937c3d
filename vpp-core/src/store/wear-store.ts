import type { WearClaim, WearStore } from "../ports/store.ts";
import type { Database } from "./database.ts";

/** Writes of registers that wear out. Claims of more than two days ago go with the next one of their device. */
export function wearStore(database: Database): WearStore {
  return {
    async claim(device, { claimedAtMs, writes }) {
      await database.query(
        `with old as (
           delete from register_wear
           where device_id = $1 and claimed_at < from_epoch_ms($2) - interval '2 days'
         )
         insert into register_wear (device_id, claimed_at, writes) values ($1, from_epoch_ms($2), $3)`,
        [device, claimedAtMs, writes],
      );
    },
    claimsSince: (device, timeMs) =>
      database.query<WearClaim>(
        `select to_epoch_ms(claimed_at) as "claimedAtMs", writes from register_wear
         where device_id = $1 and claimed_at > from_epoch_ms($2) order by claimed_at`,
        [device, timeMs],
      ),
  };
}
