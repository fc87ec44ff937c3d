import { readFile } from "node:fs/promises";
import { type Clock, durationMs, isCommonwattError } from "@commonwatt/vpp-core";
import type {
  CallMethodRequestLike,
  CallMethodResult,
  ClientSecureChannelLayer,
  ClientSession,
  DataValue,
  OPCUAClient,
  StatusCode,
  UserIdentityInfo,
  VariantOptions,
} from "node-opcua";
import { applicationCertificate, readCertificate } from "./application-certificate.ts";
import { askEndpoints } from "./ask-endpoints.ts";
import { certificateStore } from "./certificate-store.ts";
import { fromConnectFailure, fromRequestFailure, opcuaError } from "./opcua-errors.ts";
import { loadOpcuaLibrary, type OpcuaLibrary } from "./opcua-library.ts";

/**
 * How long a server keeps a session that it does not hear from, in times of the longest wait of ours. A session
 * of a lost link is never taken up again, and small servers have room for a few: those that a bad network
 * leaves behind would lock us out.
 */
const SESSION_TIMEOUTS = 2;

/** A user as OPC UA knows one; the password only ever travels encrypted. */
export interface OpcuaUser {
  readonly userName: string;
  readonly password: string;
}

/** A user who is known by a certificate; the private key stays here. */
export interface OpcuaCertificateUser {
  /** PEM or DER. */
  readonly certificateFile: string;
  /** PEM. */
  readonly privateKeyFile: string;
}

/** The security policies that are good enough, best first. */
const SECURITY_POLICIES = ["Aes256_Sha256_RsaPss", "Basic256Sha256"] as const;
/** One of them. */
export type OpcuaSecurityPolicy = (typeof SECURITY_POLICIES)[number];

/** Whether a policy is good enough for us. */
export function isOurPolicy(policy: string): policy is OpcuaSecurityPolicy {
  return SECURITY_POLICIES.some((each) => each === policy);
}

/** Where a link leads, whom it trusts, and how patient it is. */
export interface LinkSettings {
  readonly endpointUrl: string;
  /** The folder with our own certificate. */
  readonly pkiDirectory: string;
  /** The one certificate that the server must prove to hold. */
  readonly serverCertificateFile: string;
  readonly user: OpcuaUser | OpcuaCertificateUser | null;
  /** What is known of the server from one link to the next. */
  readonly known: { policy: OpcuaSecurityPolicy | null };
  /** How long one request may take. */
  readonly requestTimeoutMs: number;
  /** How long connecting may take in all. */
  readonly connectTimeoutMs: number;
  readonly wallClock: Clock;
}

/**
 * One secured connection with its session, used once and thrown away. node-opcua's own reconnection is off:
 * it keeps requests made while the connection is down and delivers them after it is back, tens of seconds
 * late. Here a request goes out on a link that is up or not at all, and settles by its deadline; a server
 * that misses a deadline loses the link.
 */
export class OpcuaLink {
  readonly library: OpcuaLibrary;
  /** Settles with the reason when the link is lost or dropped. */
  readonly lost: Promise<string>;
  readonly #settings: LinkSettings;
  readonly #client: OPCUAClient;
  #session: ClientSession | null = null;
  #channel: ClientSecureChannelLayer | null = null;
  readonly #underWay = new Set<(why: string) => void>();
  #lostBecause: string | null = null;
  #leaving = false;
  #tellLost: (why: string) => void = () => undefined;

  constructor(library: OpcuaLibrary, client: OPCUAClient, settings: LinkSettings) {
    this.library = library;
    this.#client = client;
    this.#settings = settings;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    client.on("secure_channel_created", (channel) => {
      this.#channel = channel;
    });
  }

  /** Connects and logs in. */
  async open(): Promise<void> {
    const { endpointUrl, user, connectTimeoutMs } = this.#settings;
    const logIn = async (): Promise<void> => {
      await this.#client.connect(endpointUrl);
      this.#session = await this.#client.createSession(await identityOf(this.library, user));
      // Not before: while connecting, the library's own error says more.
      this.#client.on("connection_lost", () => this.lose("the connection broke"));
      this.#client.on("abort", () => this.lose("the server broke the connection off"));
      this.#client.on("close", () => this.lose("the connection closed"));
      this.#session.on("session_closed", () => this.lose("the server closed the session"));
    };
    await this.#settle("connect", logIn(), connectTimeoutMs);
  }

  /** Why the link is no longer up; `null` while it is. */
  get lostBecause(): string | null {
    return this.#lostBecause;
  }

  /** Reads the current value of each node, in order. */
  read(nodeIds: readonly string[]): Promise<DataValue[]> {
    const { AttributeIds } = this.library;
    const nodes = nodeIds.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }));
    return this.request("read", (session) => session.read(nodes));
  }

  /** Writes values of nodes in one request; the status of each, in order. */
  write(values: readonly (readonly [nodeId: string, value: VariantOptions])[]): Promise<StatusCode[]> {
    const { AttributeIds } = this.library;
    const nodes = values.map(([nodeId, value]) => ({
      nodeId,
      attributeId: AttributeIds.Value,
      value: { value },
    }));
    return this.request("write", (session) => session.write(nodes));
  }

  /** Calls a method. */
  call(what: string, request: CallMethodRequestLike): Promise<CallMethodResult> {
    return this.request(what, (session) => session.call(request));
  }

  /**
   * Makes one request within the request deadline.
   * @throws CommonwattError `OPCUA_TIMEOUT` or `OPCUA_CONNECTION_LOST`.
   */
  async request<Reply>(what: string, send: (session: ClientSession) => Promise<Reply>): Promise<Reply> {
    const { endpointUrl, requestTimeoutMs } = this.#settings;
    if (this.#lostBecause !== null || this.#session === null) {
      throw opcuaError("OPCUA_CONNECTION_LOST", `${what}: ${this.#lostBecause}`, endpointUrl);
    }
    try {
      return await this.#settle(what, send(this.#session), requestTimeoutMs);
    } catch (error) {
      throw fromRequestFailure(error, what, endpointUrl);
    }
  }

  /** Notes that the server's side has ended; while we log out, it does so because we asked for it. */
  lose(why: string): void {
    if (!this.#leaving) this.drop(why);
  }

  /** Breaks the connection at once, without a word to the server; requests under way fail. */
  drop(why: string): void {
    if (this.#lostBecause !== null) return;
    this.#lostBecause = why;
    this.#tellLost(why);
    for (const fail of this.#underWay) fail(why);
    this.#channel?.forceConnectionBreak();
    this.#client.disconnect().catch(() => undefined);
  }

  /** Logs out if the server answers in time, and disconnects either way. */
  async close(): Promise<void> {
    if (this.#lostBecause !== null) return;
    this.#leaving = true;
    const leaving = this.#client.disconnect().catch(() => undefined);
    await this.#settle("disconnect", leaving, this.#settings.requestTimeoutMs).catch(() => undefined);
    this.drop("closed by us");
  }

  #settle<Reply>(what: string, reply: Promise<Reply>, timeoutMs: number): Promise<Reply> {
    const { endpointUrl, wallClock } = this.#settings;
    return new Promise<Reply>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(opcuaError("OPCUA_CONNECTION_LOST", `${what}: ${why}`, endpointUrl));
      };
      this.#underWay.add(fail);
      const timer = wallClock.after(durationMs(timeoutMs), () => {
        reject(opcuaError("OPCUA_TIMEOUT", `${what}: no answer in ${timeoutMs} ms`, endpointUrl));
        this.drop(`no answer in ${timeoutMs} ms`);
      });
      const settled = (): void => {
        timer.cancel();
        this.#underWay.delete(fail);
      };
      reply.then(resolve, reject).finally(settled);
    });
  }
}

async function identityOf(
  { UserTokenType }: OpcuaLibrary,
  user: LinkSettings["user"],
): Promise<UserIdentityInfo> {
  if (user === null) return { type: UserTokenType.Anonymous };
  if ("userName" in user) return { type: UserTokenType.UserName, ...user };
  const [certificateData, privateKey] = await Promise.all([
    readCertificate(user.certificateFile),
    readFile(user.privateKeyFile, "utf8"),
  ]);
  return { type: UserTokenType.Certificate, certificateData, privateKey };
}

/**
 * Opens a link: SignAndEncrypt, to the holder of the pinned certificate only, with the best policy that the
 * server has. A server that does not take the best is asked which ones it has; none below Basic256Sha256 is
 * used. The link is dropped when `signal` aborts, also while it is being opened.
 * @throws CommonwattError with an `OpcuaErrorCode`.
 */
export async function openLink(settings: LinkSettings, signal?: AbortSignal): Promise<OpcuaLink> {
  const { known } = settings;
  try {
    const link = await openLinkWith(known.policy ?? SECURITY_POLICIES[0], settings, signal);
    known.policy ??= SECURITY_POLICIES[0];
    return link;
  } catch (error) {
    const other = known.policy === null ? await otherPolicyOf(settings, error) : null;
    if (other === null || signal?.aborted) throw error;
    const link = await openLinkWith(other, settings, signal);
    known.policy = other;
    return link;
  }
}

/** The policy of a server that has refused the best one, as far as it has another that is good enough. */
async function otherPolicyOf(settings: LinkSettings, error: unknown): Promise<OpcuaSecurityPolicy | null> {
  if (!isCommonwattError(error, "OPCUA_UNTRUSTED") && !isCommonwattError(error, "OPCUA_CONNECT_FAILED")) {
    return null;
  }
  const { endpointUrl, connectTimeoutMs: timeoutMs, wallClock } = settings;
  const asked = await askEndpoints(endpointUrl, { timeoutMs, gapMs: 0, wallClock }).catch(() => null);
  const offered = asked?.endpoints.filter(({ securityMode }) => securityMode === "SignAndEncrypt") ?? [];
  const has = (policy: string): boolean => offered.some(({ securityPolicy }) => securityPolicy === policy);
  const [best, ...others] = SECURITY_POLICIES;
  return has(best) ? null : (others.find(has) ?? null);
}

async function openLinkWith(
  policy: OpcuaSecurityPolicy,
  settings: LinkSettings,
  signal?: AbortSignal,
): Promise<OpcuaLink> {
  const { endpointUrl, pkiDirectory, serverCertificateFile, connectTimeoutMs } = settings;
  const longestWaitMs = Math.max(connectTimeoutMs, settings.requestTimeoutMs);
  const library = await loadOpcuaLibrary();
  const own = await applicationCertificate(pkiDirectory, "client");
  const serverCertificate = await readCertificate(serverCertificateFile);
  const client = library.OPCUAClient.create({
    ...own,
    applicationName: "Commonwatt",
    clientCertificateManager: certificateStore(library, async () => [serverCertificate]),
    serverCertificate,
    securityMode: library.MessageSecurityMode.SignAndEncrypt,
    securityPolicy: library.SecurityPolicy[policy],
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    transportTimeout: connectTimeoutMs,
    // Later than our own deadline, which is the one that counts.
    defaultTransactionTimeout: 2 * longestWaitMs,
    requestedSessionTimeout: SESSION_TIMEOUTS * longestWaitMs,
    keepSessionAlive: false,
  });
  const link = new OpcuaLink(library, client, settings);
  const abort = (): void => link.drop("closed by us");
  signal?.addEventListener("abort", abort, { once: true });
  void link.lost.then(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted) abort();
  try {
    await link.open();
    return link;
  } catch (error) {
    link.drop("it could not be opened");
    throw fromConnectFailure(error, endpointUrl);
  }
}
