import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { runEmulate } from "../../test/emulate-process.ts";
import { testContext } from "../../test/test-context.ts";
import { applicationCertificate } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";

test("an OPC UA home serves the client it is told to trust, and ends with 0 at Ctrl-C", async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-emulate-"));
  const pkiDirectory = join(directory, "client");
  const { certificateFile } = await applicationCertificate(pkiDirectory, "client");
  const pki = join(directory, "server");
  const { child, output, errors, exit } = runEmulate(
    ...[
      "--profile",
      "opcua-home",
      "--port",
      "0",
      "--home",
      "home-3",
      "--pki",
      pki,
      "--trust",
      certificateFile,
      "--json",
    ],
  );
  await expect.poll(output, { timeout: 20_000 }).toContain("\n");
  const { event, endpointUrl, home, certificateFile: serverCertificateFile } = JSON.parse(output());
  expect({ event, home }).toEqual({ event: "listening", home: "home-3" });
  const device = await opcua({ id: "bench", endpointUrl, home, pkiDirectory, serverCertificateFile }).connect(
    testContext(systemClock),
  );
  expect(device.identity.serialNumber).toBe("BENCH-GATEWAY-1");
  expect((await device.read()).points.batteryCapacityWh?.value).toBe(10_000);
  await device.close();
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  expect(JSON.parse(output().trim().split("\n").at(-1) ?? "")).toMatchObject({ event: "summary" });
  expect(errors()).toBe("");
  await rm(directory, { recursive: true });
}, 40_000);

test("a file that holds no certificate is refused with its name", async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-emulate-"));
  const junk = join(directory, "junk.pem");
  await writeFile(junk, "junk");
  const { errors, exit } = runEmulate(
    ...["--profile", "opcua-home", "--port", "0", "--pki", directory, "--trust", junk],
  );
  expect(await exit).not.toBe(0);
  expect(errors()).toContain(`no certificate in ${junk}`);
  await rm(directory, { recursive: true });
}, 20_000);
