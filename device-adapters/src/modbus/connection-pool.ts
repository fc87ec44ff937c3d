import type { Clock } from "@commonwatt/vpp-core";
import { type ConnectionSettings, ModbusConnection } from "./modbus-connection.ts";
import { peerName, transportOf } from "./transport.ts";

/** A hold on a connection that others may hold as well. */
export interface ConnectionLease {
  readonly connection: ModbusConnection;
  /** Lets go; the last one to let go closes the connection. Harmless when called again. */
  release(): void;
}

interface PooledConnection {
  readonly connection: ModbusConnection;
  holders: number;
}

/** Connections of one program share its wall clock, so that this is what separates programs in tests. */
const pools = new WeakMap<Clock, Map<string, PooledConnection>>();

/**
 * Gives the one connection to a peer or serial line. Many inverters accept a single client, so that all units
 * behind one address share it. The first holder's back-off settings count.
 */
export function holdConnection(settings: ConnectionSettings): ConnectionLease {
  const pool = pools.get(settings.wallClock) ?? new Map<string, PooledConnection>();
  pools.set(settings.wallClock, pool);
  const key = peerName(transportOf(settings));
  const pooled = pool.get(key) ?? { connection: new ModbusConnection(settings), holders: 0 };
  pool.set(key, pooled);
  pooled.holders += 1;
  let held = true;
  return {
    connection: pooled.connection,
    release: () => {
      if (!held) return;
      held = false;
      pooled.holders -= 1;
      if (pooled.holders > 0) return;
      pool.delete(key);
      pooled.connection.close();
    },
  };
}
