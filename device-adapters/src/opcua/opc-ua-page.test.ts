import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type DeviceConnector, epochMs, systemClock, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { startForeignServer } from "../../test/foreign-opcua-server.ts";
import { testContext } from "../../test/test-context.ts";
import { provisionTrust } from "./application-certificate.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PAGE = join(ROOT, "device-adapters/docs/opc-ua-devices.md");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

test("the page's configuration fits its types, reads the server and commands it", {
  timeout: 120_000,
}, async () => {
  const page = await readFile(PAGE, "utf8");
  const [, config = ""] = /^```ts commonwatt\.config\.ts\n(.*?)^```$/ms.exec(page) ?? [];
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-opc-ua-page-"));
  const clientPkiDirectory = join(directory, "client");
  const sides = { clientPkiDirectory, serverPkiDirectory: join(directory, "server") };
  const { serverCertificateFile } = await provisionTrust(sides);
  const server = await startForeignServer({ directory });
  try {
    const here = config
      .replace("192.0.2.30:4840", `127.0.0.1:${server.port}`)
      .replace("pki/client", clientPkiDirectory)
      .replace("pki/ems.pem", serverCertificateFile);
    const file = join(directory, "commonwatt.config.ts");
    await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "package.json"), '{ "type": "module" }');
    await writeFile(file, here);
    const types = { extends: join(ROOT, "tsconfig.json"), include: [file], exclude: [] };
    const options = { isolatedDeclarations: false, declaration: false };
    await writeFile(join(directory, "tsconfig.json"), JSON.stringify({ ...types, compilerOptions: options }));
    const checked = spawnSync(process.execPath, [TSC, "-p", directory], { encoding: "utf8" });
    expect([checked.status, checked.stdout]).toEqual([0, ""]);

    const { ems }: { ems: DeviceConnector } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    const device = await ems.connect(testContext(systemClock));
    try {
      const { points } = await device.read();
      expect(points.gridPowerW).toMatchObject({ value: 1_250, quality: "good" });
      expect(points.storedEnergyWh).toMatchObject({ value: 4_500, quality: "good" });
      const validUntilMs = epochMs(systemClock.now() + 60_000);
      const lease = { batteryPowerW: watts(2_000), validUntilMs, sequence: 1 };
      expect(await device.battery?.apply(lease)).toEqual({ status: "applied", appliedPowerW: 2_000 });
      expect(server.setpoints).toEqual([-2]);
      await device.battery?.release();
      expect(server.setpoints).toEqual([-2, 0]);
    } finally {
      await device.close();
    }
  } finally {
    await server.close();
    await rm(directory, { recursive: true });
  }
});
