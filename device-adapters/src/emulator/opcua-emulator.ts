import assert from "node:assert/strict";
import { type Clock, listenFailure, messageOf } from "@commonwatt/vpp-core";
import { type DerServer, startDerServer } from "../opcua/der-server.ts";
import type { OpcuaUser } from "../opcua/opcua-link.ts";
import { emulatedHome, type OpcuaEmulatorHome } from "./opcua-home.ts";

/** What an OPC UA emulator serves, where, and to whom. */
export interface OpcuaEmulatorOptions {
  /** The interface to listen on; this machine only by default. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The time of the plants, of source timestamps and of the ends of commands. */
  readonly clock: Clock;
  /** Folder with the server's certificate, and in `trusted/certs` those of the clients it serves. */
  readonly pkiDirectory: string;
  readonly homes: readonly OpcuaEmulatorHome[];
  /** Who may log in; anybody with a trusted certificate when left out. */
  readonly user?: OpcuaUser;
}

/** A running emulator. */
export interface OpcuaEmulator {
  readonly endpointUrl: string;
  readonly port: number;
  /** What clients name as `serverCertificateFile`. */
  readonly certificateFile: string;
  close(): Promise<void>;
}

/**
 * Serves emulated homes over OPC UA. Each is an object below Objects with its identification, its points
 * with source timestamps of the clock and, when it has a battery, the methods that command it.
 * @throws CommonwattError `EMULATOR_PORT_IN_USE`, or `EMULATOR_LISTEN_FAILED`.
 */
export async function startOpcuaEmulator(options: OpcuaEmulatorOptions): Promise<OpcuaEmulator> {
  const { host = "127.0.0.1", port, clock, pkiDirectory, user = null } = options;
  const names = new Set(options.homes.map(({ name }) => name));
  assert(names.size === options.homes.length, "every home has a name of its own");
  const homes = options.homes.map((home) => emulatedHome(home, clock));
  const server = await startDerServer({
    host,
    port,
    pkiDirectory,
    access:
      user === null
        ? { users: [], anonymous: "commands" }
        : { users: [{ ...user, mayCommand: true }], anonymous: "nothing" },
    homes: homes.map(({ served }) => served),
  }).catch((error: unknown) => {
    throw /EADDR|EACCES/.test(messageOf(error)) ? listenFailure("EMULATOR", { host, port }, error) : error;
  });
  const { endpointUrl, certificateFile } = server;
  return {
    endpointUrl,
    port: server.port,
    certificateFile,
    close: () => closeAll(server, homes),
  };
}

async function closeAll(server: DerServer, homes: readonly { close(): void }[]): Promise<void> {
  for (const home of homes) home.close();
  await server.close();
}
