import { createHash, X509Certificate } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@commonwatt/vpp-core";
import { type AskedServer, askEndpoints } from "../opcua/ask-endpoints.ts";
import { isOurPolicy } from "../opcua/opcua-link.ts";
import type { OpcuaFind } from "./find.ts";

/** How our own client speaks: nothing less. */
const OUR_MODE = "SignAndEncrypt";

/** How an OPC UA server is asked. */
export interface OpcuaProbe {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly gapMs: number;
  readonly wallClock: Clock;
  /** The folder to save the server's certificate in; `null` saves nothing. */
  readonly certificateDirectory: string | null;
}

/**
 * Asks an OPC UA server what it is, without a session.
 * @throws CommonwattError with an `OpcuaErrorCode`.
 */
export async function probeOpcua(probe: OpcuaProbe): Promise<OpcuaFind> {
  const { host, port } = probe;
  const origin = `opc.tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const server = await askEndpoints(origin, probe);
  const { certificate, endpoints, applicationName, applicationUri, productUri } = server;
  const ours = endpoints.find(
    ({ securityMode, securityPolicy }) => securityMode === OUR_MODE && isOurPolicy(securityPolicy),
  );
  const certificateFile = await saveCertificate(probe, certificate);
  return {
    kind: "opcua",
    host,
    port,
    // Servers often name themselves in a way that leads nowhere from here: only their path counts.
    endpointUrl: `${origin}${pathOf(ours?.endpointUrl ?? "")}`,
    applicationName,
    applicationUri,
    productUri,
    endpoints: endpoints.map(({ securityMode, securityPolicy, userTokens }) => ({
      securityMode,
      securityPolicy,
      userTokens,
    })),
    certificateFingerprint: certificate === null ? null : fingerprintOf(certificate),
    certificateFile,
    isUsable: ours !== undefined && certificate !== null,
    notes: notesOn(server, ours !== undefined, certificateFile),
  };
}

function pathOf(endpointUrl: string): string {
  return /^opc\.tcp:\/\/[^/]+(\/.+)$/.exec(endpointUrl)?.[1] ?? "";
}

function fingerprintOf(certificate: Buffer): string {
  return createHash("sha256")
    .update(certificate)
    .digest("hex")
    .toUpperCase()
    .replaceAll(/..(?=.)/g, "$&:");
}

async function saveCertificate(
  { host, port, certificateDirectory }: OpcuaProbe,
  certificate: Buffer | null,
): Promise<string | null> {
  if (certificateDirectory === null || certificate === null) return null;
  await mkdir(certificateDirectory, { recursive: true });
  const file = join(certificateDirectory, `${host.replaceAll(/[^\w.-]/g, "_")}-${port}.pem`);
  await writeFile(file, new X509Certificate(certificate).toString());
  return file;
}

function notesOn(server: AskedServer, hasOurs: boolean, certificateFile: string | null): readonly string[] {
  const nodes =
    server.productUri === "urn:commonwatt"
      ? "home is the name of the home's object on that server."
      : "Another information model than ours: give nodes in place of home.";
  return [
    ...(hasOurs
      ? []
      : [`It has no endpoint with ${OUR_MODE} and a policy that is good enough: it cannot be used safely.`]),
    certificateFile === null
      ? "serverCertificateFile is the server's certificate: --save-certificates DIR saves it."
      : "Anybody may have answered: compare the fingerprint with what the server itself shows.",
    "The server must be told to trust opcua-pki/own/certs/certificate.pem.",
    nodes,
  ];
}
