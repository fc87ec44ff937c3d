import type { OPCUAServer, ServerSession } from "node-opcua";
import { applicationCertificate, trustedCertificates } from "./application-certificate.ts";
import { certificateStore } from "./certificate-store.ts";
import { accessOptions, type DerServerAccess } from "./der-access.ts";
import { addDerNamespace, addHome } from "./der-address-space.ts";
import type { DerServerHome } from "./der-home.ts";
import { loadOpcuaLibrary } from "./opcua-library.ts";

/** How many may be connected: each home's controller, with room for those that were lost and come again. */
const CLIENTS_PER_HOME = 4;
const SPARE_CLIENTS = 16;
/** The share of sessions that may wait for clients whose connections broke. */
const ABANDONED_SHARE = 0.5;

/** Options of {@link startDerServer}. */
export interface DerServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder with the own certificate, and with those of the clients to be served in `trusted/certs`. */
  readonly pkiDirectory: string;
  readonly access: DerServerAccess;
  readonly homes: readonly DerServerHome[];
}

/** A running server. */
export interface DerServer {
  readonly port: number;
  readonly endpointUrl: string;
  readonly certificateFile: string;
  close(): Promise<void>;
}

/**
 * Serves homes over OPC UA in our information model: SignAndEncrypt only, with Aes256_Sha256_RsaPss or
 * Basic256Sha256, to clients
 * whose certificates are trusted. A certificate added to `trusted/certs` counts at once. Without security
 * it says only which endpoints it has and shows its certificate, as most clients ask before they connect.
 */
export async function startDerServer(options: DerServerOptions): Promise<DerServer> {
  const library = await loadOpcuaLibrary();
  const { access, host, homes, pkiDirectory, port } = options;
  const own = await applicationCertificate(pkiDirectory, "server");
  const clientsMax = SPARE_CLIENTS + CLIENTS_PER_HOME * homes.length;
  const server = new library.OPCUAServer({
    host,
    hostname: host,
    port,
    certificateFile: own.certificateFile,
    privateKeyFile: own.privateKeyFile,
    serverInfo: {
      applicationUri: own.applicationUri,
      productUri: "urn:commonwatt",
      applicationName: { text: "Commonwatt DER server" },
    },
    securityModes: [library.MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [library.SecurityPolicy.Aes256_Sha256_RsaPss, library.SecurityPolicy.Basic256Sha256],
    maxConnectionsPerEndpoint: clientsMax,
    serverCapabilities: { maxSessions: clientsMax, maxSubscriptions: clientsMax },
    serverCertificateManager: certificateStore(library, () => trustedCertificates(pkiDirectory)),
    userCertificateManager: certificateStore(library, async () => []),
    nodeset_filename: [library.nodesets.standard, library.nodesets.di],
    ...accessOptions(library, access),
  });
  await server.initialize();
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) throw new Error("the server has no address space");
  const namespace = addDerNamespace(addressSpace);
  for (const home of homes) addHome({ library, addressSpace, namespace, access }, home);
  limitAbandoned(server, clientsMax * ABANDONED_SHARE);
  await start(server);
  const listening = server.endpoints[0]?.port ?? port;
  return {
    port: listening,
    endpointUrl: `opc.tcp://${host}:${listening}`,
    certificateFile: own.certificateFile,
    close: () => server.shutdown(0),
  };
}

/**
 * Ends the oldest sessions whose connections broke when there are too many of them: clients behind a bad
 * network would use up the sessions of everybody else until theirs time out.
 */
function limitAbandoned(server: OPCUAServer, sessionsMax: number): void {
  const { engine } = server;
  server.on("create_session", (created: ServerSession) => {
    created.on("channel_aborted", () => {
      const abandoned = engine.getSessions().filter(({ channel }) => channel === undefined);
      for (const { authenticationToken } of abandoned.slice(0, Math.max(0, abandoned.length - sessionsMax))) {
        engine.closeSession(authenticationToken, true, "Forcing");
      }
    });
  });
}

/** A server that cannot listen is taken down again, so that nothing keeps running. */
async function start(server: OPCUAServer): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    await server.shutdown(0).catch(() => undefined);
    throw error;
  }
}
