import { type Clock, durationMs } from "@commonwatt/vpp-core";
import type { ClientSecureChannelLayer, EndpointDescription, OPCUAClient } from "node-opcua";
import { certificateStore } from "./certificate-store.ts";
import { fromConnectFailure, opcuaError } from "./opcua-errors.ts";
import { loadOpcuaLibrary, type OpcuaLibrary } from "./opcua-library.ts";

/** One way into a server. */
export interface AskedEndpoint {
  readonly endpointUrl: string;
  /** `None`, `Sign` or `SignAndEncrypt`. */
  readonly securityMode: string;
  /** For example `Basic256Sha256`. */
  readonly securityPolicy: string;
  /** For example `Anonymous`, `UserName`. */
  readonly userTokens: readonly string[];
}

/** What a server tells anybody who asks. */
export interface AskedServer {
  readonly applicationName: string | null;
  readonly applicationUri: string | null;
  readonly productUri: string | null;
  readonly endpoints: readonly AskedEndpoint[];
  /** Its certificate as DER; `null` when it shows none. */
  readonly certificate: Buffer | null;
}

/** How patient an asker is. */
export interface AskOptions {
  /** How long all of it may take. */
  readonly timeoutMs: number;
  /** How long to leave the server alone between the connection and the question. */
  readonly gapMs: number;
  readonly wallClock: Clock;
}

/**
 * Asks a server for its endpoints over one connection without security and without a session, as the standard
 * lets anybody do (OPC 10000-4 §5.5.4), and hangs up.
 * @throws CommonwattError `OPCUA_TIMEOUT` or `OPCUA_CONNECT_FAILED`.
 */
export async function askEndpoints(endpointUrl: string, options: AskOptions): Promise<AskedServer> {
  const { timeoutMs, gapMs, wallClock } = options;
  const library = await loadOpcuaLibrary();
  const client = await askingClient(library, timeoutMs);
  let channel: ClientSecureChannelLayer | null = null;
  client.on("secure_channel_created", (created) => {
    channel = created;
  });
  const ask = async (): Promise<readonly EndpointDescription[]> => {
    await client.connect(endpointUrl);
    await new Promise<void>((resolve) => void wallClock.after(durationMs(gapMs), resolve));
    return client.getEndpoints();
  };
  const asking = ask();
  const late = Promise.withResolvers<never>();
  const timer = wallClock.after(durationMs(timeoutMs + gapMs), () =>
    late.reject(opcuaError("OPCUA_TIMEOUT", `no answer in ${timeoutMs} ms`, endpointUrl)),
  );
  try {
    return serverFrom(library, await Promise.race([asking, late.promise]));
  } catch (error) {
    asking.catch(() => undefined);
    (channel as ClientSecureChannelLayer | null)?.forceConnectionBreak();
    throw fromConnectFailure(error, endpointUrl);
  } finally {
    timer.cancel();
    await client.disconnect().catch(() => undefined);
  }
}

/** Its certificate is shown to nobody: the library asks for one all the same. */
async function askingClient(library: OpcuaLibrary, timeoutMs: number): Promise<OPCUAClient> {
  const provider = new library.InMemoryCertificateKeyPairProvider();
  await provider.ensureCertificateExists({
    applicationUri: "urn:commonwatt:opcua-client",
    subject: "/CN=Commonwatt OPC UA client",
    dns: ["localhost"],
    validity: 1,
  });
  return library.OPCUAClient.create({
    applicationName: "Commonwatt",
    certificateKeyPairProvider: provider,
    clientCertificateManager: certificateStore(library, async () => []),
    securityMode: library.MessageSecurityMode.None,
    securityPolicy: library.SecurityPolicy.None,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    transportTimeout: timeoutMs,
    defaultTransactionTimeout: 2 * timeoutMs,
    keepSessionAlive: false,
  });
}

function serverFrom(library: OpcuaLibrary, endpoints: readonly EndpointDescription[]): AskedServer {
  const [first] = endpoints;
  const certificate = endpoints.find((each) => (each.serverCertificate?.length ?? 0) > 0)?.serverCertificate;
  return {
    applicationName: first?.server.applicationName.text ?? null,
    applicationUri: first?.server.applicationUri ?? null,
    productUri: first?.server.productUri ?? null,
    certificate: certificate ?? null,
    endpoints: endpoints.map((endpoint) => ({
      endpointUrl: endpoint.endpointUrl ?? "",
      securityMode: library.MessageSecurityMode[endpoint.securityMode] ?? "unknown",
      securityPolicy: endpoint.securityPolicyUri?.split("#").at(-1) ?? "unknown",
      userTokens: (endpoint.userIdentityTokens ?? []).map(
        ({ tokenType }) => library.UserTokenType[tokenType] ?? "unknown",
      ),
    })),
  };
}
