import type { DeviceOwnership, OwnershipStore } from "../ports/store.ts";
import type { Database } from "./database.ts";

/** Devices under our command; the last ownership saved of a device counts. */
export function ownershipStore(database: Database): OwnershipStore {
  return {
    async save(ownership) {
      await database.query(
        `insert into device_ownership (device_id, sequence, valid_until) values ($1, $2, from_epoch_ms($3))
         on conflict (device_id) do update set sequence = excluded.sequence, valid_until = excluded.valid_until`,
        [ownership.deviceId, ownership.sequence, ownership.validUntilMs],
      );
    },
    async clear(device) {
      await database.query("delete from device_ownership where device_id = $1", [device]);
    },
    list: () =>
      database.query<DeviceOwnership>(
        `select device_id as "deviceId", sequence, to_epoch_ms(valid_until) as "validUntilMs"
         from device_ownership order by device_id`,
      ),
  };
}
