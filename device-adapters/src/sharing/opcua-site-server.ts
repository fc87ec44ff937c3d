import assert from "node:assert/strict";
import {
  type DispatchReceipt,
  type Logger,
  listenFailure,
  messageOf,
  missing,
  POINT_NAMES,
  type PointReadings,
  type ServedSite,
  type SiteServer,
  type SiteServerContext,
} from "@commonwatt/vpp-core";
import type { DerServerAccess } from "../opcua/der-access.ts";
import type { DerServerBattery, DerServerHome } from "../opcua/der-home.ts";
import { startDerServer } from "../opcua/der-server.ts";

/** Who may log in to a site server. */
export interface OpcuaSiteUser {
  readonly userName: string;
  readonly password: string;
  /** Whether it may command the battery; it may only read when left out. */
  readonly mayCommand?: boolean;
}

/** Options of {@link opcuaSiteServer}. */
export interface OpcuaSiteServerOptions {
  /** 0 takes a free one; 4840 is OPC UA's own. */
  readonly port: number;
  /** The interface to listen on, by the address that clients use; this machine only by default. */
  readonly host?: string;
  /**
   * Folder with the server's own certificate, made on first use as `own/certs/certificate.pem`, and in
   * `trusted/certs` those of the clients it serves; one put there counts at once.
   */
  readonly pkiDirectory: string;
  readonly users: readonly OpcuaSiteUser[];
  /** Whether a client with a trusted certificate may read without a user; it may not when left out. */
  readonly anonymousReads?: boolean;
}

/**
 * Serves a site over OPC UA in our information model, SignAndEncrypt only, to clients whose certificates are
 * trusted: what it is, its points with source times and status codes of their quality, and dispatch of the
 * battery by a method for users who may. Another Commonwatt reads and commands it with `opcua()`.
 */
export function opcuaSiteServer(options: OpcuaSiteServerOptions): SiteServer {
  const { port, host = "127.0.0.1", pkiDirectory, users, anonymousReads = false } = options;
  assert(
    users.length > 0 || anonymousReads,
    "nobody could log in: name a user, or let anonymousReads be true",
  );
  const names = new Set(users.map(({ userName }) => userName));
  assert(names.size === users.length, "every user has a name of its own");
  for (const { userName, password } of users) {
    assert(
      userName !== "" && password !== "",
      `user ${JSON.stringify(userName)} needs a name and a password`,
    );
  }
  const access: DerServerAccess = {
    users: users.map((user) => ({ ...user, mayCommand: user.mayCommand === true })),
    anonymous: anonymousReads ? "reads" : "nothing",
  };
  return {
    name: "OPC UA server",
    async start(site, { clock, logger }) {
      const homes = [servedHome(site, clock, logger)];
      const server = await startDerServer({ host, port, pkiDirectory, access, homes }).catch(
        (error: unknown) => {
          throw /EADDR|EACCES/.test(messageOf(error))
            ? listenFailure("SITE_SERVER", { host, port }, error)
            : error;
        },
      );
      return { address: `${server.endpointUrl} ${site.siteId}`, stop: () => server.close() };
    },
  };
}

/** A site as a server of our information model shows it. */
function servedHome(site: ServedSite, clock: SiteServerContext["clock"], logger: Logger): DerServerHome {
  return {
    name: site.siteId,
    identity: site.identity,
    sample() {
      const points = site.points();
      const entries = POINT_NAMES.map((name) => [
        name,
        points[name] ?? missing("unavailable", "nothing has been read yet", clock.now()),
      ]);
      return Object.fromEntries(entries) as PointReadings;
    },
    battery: servedBattery(site, logger),
  };
}

function servedBattery({ dispatch }: ServedSite, logger: Logger): DerServerBattery {
  /** What cannot be carried out is refused like what must not be. */
  const safely = (carryOut: () => DispatchReceipt): DispatchReceipt => {
    try {
      const receipt = carryOut();
      logger.info({ receipt }, "dispatch");
      return receipt;
    } catch (error) {
      logger.error({ error: messageOf(error) }, "dispatch failed");
      return { status: "refused", code: "unavailable", message: messageOf(error) };
    }
  };
  return {
    setActivePower: (batteryPowerW, validUntilMs, sequence) =>
      safely(() => dispatch.command({ batteryPowerW, validUntilMs, sequence })),
    release: (sequence) => safely(() => dispatch.release(sequence)),
    setpointW: () => dispatch.heldPowerW(),
    lastSequence: () => dispatch.lastSequence(),
  };
}
