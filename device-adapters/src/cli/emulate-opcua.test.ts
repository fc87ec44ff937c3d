import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { testContext } from "../../test/test-context.ts";
import { applicationCertificate } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";

const COMMAND_MODULE = new URL("emulate-command.ts", import.meta.url).href;
/** A program with our command alone. */
const PROGRAM = `
  import { Command } from "commander";
  import { registerEmulateCommand } from ${JSON.stringify(COMMAND_MODULE)};
  const program = new Command("commonwatt");
  registerEmulateCommand(program);
  await program.parseAsync();
`;

function run(...args: string[]) {
  const argv = ["--input-type=module", "--eval", PROGRAM, "--", "emulate", "opcua", ...args];
  const child = spawn(process.execPath, argv, { cwd: new URL(".", import.meta.url) });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return { child, output: () => output, errors: () => errors, exit };
}

test("emulate opcua serves the client it is told to trust, and ends with 0 at Ctrl-C", async () => {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-emulate-"));
  const pkiDirectory = join(directory, "client");
  const { certificateFile } = await applicationCertificate(pkiDirectory, "client");
  const pki = join(directory, "server");
  const { child, output, errors, exit } = run(
    ...["--port", "0", "--home", "home-3", "--pki", pki, "--trust", certificateFile, "--json"],
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
  const { errors, exit } = run("--port", "0", "--pki", directory, "--trust", junk);
  expect(await exit).not.toBe(0);
  expect(errors()).toContain(`no certificate in ${junk}`);
  await rm(directory, { recursive: true });
}, 20_000);
