import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applicationCertificate,
  provisionTrust,
  readCertificate,
  trustCertificate,
  trustedCertificates,
} from "./application-certificate.ts";
import { certificateStore } from "./certificate-store.ts";
import { loadOpcuaLibrary } from "./opcua-library.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-pki-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("certificates", () => {
  test("are made once, even when many ask at the same time, and belong to their key", async () => {
    const pki = join(directory, "client");
    const asked = await Promise.all([1, 2, 3].map(() => applicationCertificate(pki, "client")));
    const [first] = asked;
    if (first === undefined) throw new Error("nothing was made");
    const before = await readFile(first.certificateFile, "utf8");
    await applicationCertificate(pki, "client");
    expect(await readFile(first.certificateFile, "utf8")).toBe(before);
    const certificate = new X509Certificate(before);
    expect(certificate.subjectAltName).toContain("URI:urn:commonwatt:opcua-client");
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    const key = await import("node:crypto").then(async ({ createPrivateKey }) =>
      createPrivateKey(await readFile(first.privateKeyFile)),
    );
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect((await stat(first.privateKeyFile)).mode & 0o777).toBe(0o600);
    expect((await readdir(pki)).sort()).toEqual(["own", "trusted"]);
  });

  test("are trusted only after they were introduced", async () => {
    const sides = {
      clientPkiDirectory: join(directory, "client"),
      serverPkiDirectory: join(directory, "server"),
    };
    await applicationCertificate(sides.serverPkiDirectory, "server");
    expect(await trustedCertificates(sides.serverPkiDirectory)).toEqual([]);
    const { serverCertificateFile } = await provisionTrust(sides);
    await provisionTrust(sides);
    const client = await applicationCertificate(sides.clientPkiDirectory, "client");
    const known = await readCertificate(client.certificateFile);
    expect(await trustedCertificates(sides.serverPkiDirectory)).toEqual([known]);

    const library = await loadOpcuaLibrary();
    const store = certificateStore(library, () => trustedCertificates(sides.serverPkiDirectory));
    expect(await store.verifyCertificate(known)).toBe("Good");
    expect(await store.verifyCertificate(await readCertificate(serverCertificateFile))).toBe(
      "BadCertificateUntrusted",
    );
    await store.trustCertificate(await readCertificate(serverCertificateFile));
    expect(await trustedCertificates(sides.serverPkiDirectory)).toEqual([known]);
  });

  test("that cannot be read are an error for the one who names them, and trusted by nobody", async () => {
    const broken = join(directory, "broken.pem");
    await writeFile(broken, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    await expect(readCertificate(broken)).rejects.toMatchObject({
      code: "OPCUA_UNTRUSTED",
      retryable: false,
    });
    await expect(trustCertificate(join(directory, "server"), broken)).rejects.toMatchObject({
      code: "OPCUA_UNTRUSTED",
    });
    await writeFile(join(directory, "server", "trusted", "certs", "junk.pem"), "junk");
    expect(await trustedCertificates(join(directory, "server"))).toHaveLength(1);
  });
});
