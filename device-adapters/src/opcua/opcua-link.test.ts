import { join } from "node:path";
import type { Device } from "@commonwatt/vpp-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { codeOf, type OpcuaBench, openOpcuaBench } from "../../test/opcua-bench.ts";
import { testContext } from "../../test/test-context.ts";
import { applicationCertificate } from "./application-certificate.ts";
import { certificateStore } from "./certificate-store.ts";
import { opcua } from "./opcua-connector.ts";
import { loadOpcuaLibrary } from "./opcua-library.ts";

let bench: OpcuaBench;
let device: Device;

beforeAll(async () => {
  bench = await openOpcuaBench();
}, 30_000);

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.renew();
  device = await bench.connect();
});

afterEach(() => device.close());

test("OPC UA: everything after the greeting is signed and encrypted, with Aes256_Sha256_RsaPss", async () => {
  await device.battery?.apply(bench.lease(1_000));
  const wire = bench.relay.sentByClients();
  expect(wire).toContain("http://opcfoundation.org/UA/SecurityPolicy#Aes256_Sha256_RsaPss");
  expect(wire).not.toContain("SecurityPolicy#None");
  for (const secret of ["ActivePower", "home-9", bench.user.userName, bench.user.password]) {
    expect(wire).not.toContain(secret);
  }
});

test("goodbye is said in full: session first, secure channel last", async () => {
  await device.close();
  // The last message that a client sends; a server that only sees the socket end must guess why.
  expect(bench.relay.sentByClients()).toContain("CLOF");
});

test("without security the server names its endpoints, all of them secure, and opens no session", async () => {
  const library = await loadOpcuaLibrary();
  const { certificateFile, privateKeyFile } = await applicationCertificate(
    bench.trusted.pkiDirectory,
    "client",
  );
  const client = library.OPCUAClient.create({
    clientCertificateManager: certificateStore(library, async () => []),
    certificateFile,
    privateKeyFile,
    securityMode: library.MessageSecurityMode.None,
    connectionStrategy: { maxRetry: 0 },
    endpointMustExist: false,
  });
  await client.connect(bench.server.endpointUrl);
  const modes = (await client.getEndpoints()).map(({ securityMode }) => securityMode);
  const { SignAndEncrypt } = library.MessageSecurityMode;
  expect(modes).toEqual([SignAndEncrypt, SignAndEncrypt]);
  await expect(client.createSession()).rejects.toThrow();
  await client.disconnect();
});

test("OPC UA: a client that the server does not know is refused", async () => {
  const stranger = bench.connect({ pkiDirectory: join(bench.directory, "stranger") });
  await expect(stranger).rejects.toMatchObject({ code: "OPCUA_UNTRUSTED", retryable: false });
});

test("OPC UA: a server with another certificate than the pinned one is refused", async () => {
  const { certificateFile } = await applicationCertificate(join(bench.directory, "other"), "server");
  const mistaken = bench.connect({ serverCertificateFile: certificateFile });
  await expect(mistaken).rejects.toMatchObject({
    code: "OPCUA_CONNECT_FAILED",
    message: /is the pinned certificate the one it has now/,
  });
  const missingFile = bench.connect({ serverCertificateFile: join(bench.directory, "none.pem") });
  await expect(missingFile).rejects.toMatchObject({ code: "OPCUA_UNTRUSTED" });
});

test("OPC UA: a wrong password is refused, and so is nobody", async () => {
  const wrong = bench.connect({ user: { ...bench.user, password: "rain" } });
  await expect(wrong).rejects.toMatchObject({ code: "OPCUA_ACCESS_DENIED", retryable: false });
  const { endpointUrl } = bench.server;
  const nobody = opcua({ id: "nobody", endpointUrl, home: "home-9", ...bench.trusted });
  expect(await codeOf(nobody.connect(testContext(bench.clock)))).toBe("OPCUA_ACCESS_DENIED");
});
