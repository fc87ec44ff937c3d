import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const run = (...parameters: string[]): { status: number | null; output: string } => {
  const script = resolve(import.meta.dirname, "run-forge.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
};

test("forge's verdict is the exit code, good or bad", () => {
  expect(run("--version")).toMatchObject({ status: 0, output: expect.stringContaining("forge") });
  expect(run("no-such-command").status).toBe(2);
});

test("forge reads the contracts of this package from the repository's root", () => {
  const { status, output } = run("config", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    src: "settlement/contracts",
    offline: true,
    evm_version: "osaka",
  });
});
