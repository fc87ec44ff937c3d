import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { loadOpcuaLibrary, type OpcuaLibrary } from "./opcua-library.ts";

/** Ten years: home devices are not visited to renew certificates. */
const VALIDITY_DAYS = 3652;

/** Which side of a connection a certificate stands for. */
export type OpcuaRole = "client" | "server";

/** An application's own certificate and private key, as PEM files. */
export interface ApplicationCertificate {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** The name that the certificate is made out to. */
  readonly applicationUri: string;
}

const inProgress = new Map<string, Promise<ApplicationCertificate>>();

/**
 * Gives the own certificate in a PKI folder, made on first use: self-signed, RSA 2048, `own/certs` and
 * `own/private` inside the folder. What others may connect lies in `trusted/certs`.
 */
export async function applicationCertificate(
  pkiDirectory: string,
  role: OpcuaRole,
): Promise<ApplicationCertificate> {
  const directory = resolve(pkiDirectory);
  const running = inProgress.get(directory);
  if (running !== undefined) return running;
  const making = makeUnlessThere(directory, role).finally(() => inProgress.delete(directory));
  inProgress.set(directory, making);
  return making;
}

async function makeUnlessThere(directory: string, role: OpcuaRole): Promise<ApplicationCertificate> {
  const own = join(directory, "own");
  const certificate = {
    certificateFile: join(own, "certs", "certificate.pem"),
    privateKeyFile: join(own, "private", "private-key.pem"),
    applicationUri: `urn:commonwatt:opcua-${role}`,
  };
  await mkdir(join(directory, "trusted", "certs"), { recursive: true });
  if (!(await exists(certificate.certificateFile))) await make(own, role, certificate.applicationUri);
  return certificate;
}

/** Makes key and certificate beside their place and moves both there at once, so that they always match. */
async function make(own: string, role: OpcuaRole, applicationUri: string): Promise<void> {
  const { InMemoryCertificateKeyPairProvider } = await loadOpcuaLibrary();
  const provider = new InMemoryCertificateKeyPairProvider();
  await provider.ensureCertificateExists({
    applicationUri,
    subject: `/CN=Commonwatt OPC UA ${role}`,
    dns: [hostname(), "localhost"],
    ip: ["127.0.0.1"],
    validity: VALIDITY_DAYS,
  });
  const draft = `${own}.${process.pid}`;
  await mkdir(join(draft, "certs"), { recursive: true });
  await mkdir(join(draft, "private"), { recursive: true, mode: 0o700 });
  const pem = new X509Certificate(provider.getCertificate()).toString();
  await writeFile(join(draft, "certs", "certificate.pem"), pem);
  await writeFile(join(draft, "private", "private-key.pem"), privateKeyPem(provider), { mode: 0o600 });
  try {
    await rename(draft, own);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster: its pair is as good.
    if (!(await exists(join(own, "certs", "certificate.pem")))) throw error;
  }
}

function privateKeyPem(provider: InstanceType<OpcuaLibrary["InMemoryCertificateKeyPairProvider"]>): string {
  const { hidden } = provider.getPrivateKey();
  const key = typeof hidden === "string" ? createPrivateKey(hidden) : (hidden as KeyObject);
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Reads a certificate, PEM or DER, as DER.
 * @throws CommonwattError `OPCUA_UNTRUSTED` when there is none in the file.
 */
export async function readCertificate(file: string): Promise<Buffer> {
  try {
    return new X509Certificate(await readFile(file)).raw;
  } catch (error) {
    throw new CommonwattError("OPCUA_UNTRUSTED", `no certificate in ${file}: ${messageOf(error)}`, {
      details: { file },
      cause: error,
    });
  }
}

/** The certificates in a PKI folder's `trusted/certs`, as DER; files that hold none are left out. */
export async function trustedCertificates(pkiDirectory: string): Promise<readonly Buffer[]> {
  const directory = join(pkiDirectory, "trusted", "certs");
  const names = await readdir(directory).catch(() => []);
  const read = await Promise.allSettled(names.map((name) => readCertificate(join(directory, name))));
  return read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** Puts a certificate file into a PKI folder's `trusted/certs`, named by its fingerprint. */
export async function trustCertificate(pkiDirectory: string, certificateFile: string): Promise<void> {
  const fingerprint = new X509Certificate(await readCertificate(certificateFile)).fingerprint256;
  const directory = join(pkiDirectory, "trusted", "certs");
  await mkdir(directory, { recursive: true });
  await copyFile(certificateFile, join(directory, `${fingerprint.replaceAll(":", "").toLowerCase()}.pem`));
}

/** The PKI folders of the two sides of a connection. */
export interface TrustSides {
  readonly clientPkiDirectory: string;
  readonly serverPkiDirectory: string;
}

/**
 * Introduces a client and a server of one owner to each other before either runs: makes what certificates
 * are missing and puts the client's among those that the server trusts. The client pins the server's: name
 * the file given here as `serverCertificateFile` of `opcua()`.
 */
export async function provisionTrust(sides: TrustSides): Promise<{ readonly serverCertificateFile: string }> {
  const [client, server] = await Promise.all([
    applicationCertificate(sides.clientPkiDirectory, "client"),
    applicationCertificate(sides.serverPkiDirectory, "server"),
  ]);
  await trustCertificate(sides.serverPkiDirectory, client.certificateFile);
  return { serverCertificateFile: server.certificateFile };
}
