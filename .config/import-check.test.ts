import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkImports, type ImportReport } from "./import-check.ts";
import { PACKAGES } from "./listed-files.ts";

const LIBRARIES = [
  "modbus-serial",
  "node-opcua",
  "node-opcua-older",
  "acorn",
  "highs",
  "hyparquet",
  "hyparquet-writer",
  "yaml",
  "ethers",
  "pg",
  "fastify",
  "xstate",
  "@xstate/store",
  "commander",
];
/** Layers of vpp-core that the imports below reach for; each holds a file `x.ts`. */
const LAYERS = ["time", "errors", "der", "ports", "dispatch", "fleet", "store", "api", "runtime", "cli"];

/** A forbidden import in a file of its own, and the rule that must name it. */
const FORBIDDEN: readonly (readonly [rule: string, file: string, source: string])[] = [
  ["vpp-core-imports-none-of-ours", "vpp-core/src/cli/a.ts", `import "@commonwatt/market";`],
  ["device-adapters-imports-vpp-core", "device-adapters/src/a.ts", `import "@commonwatt/market";`],
  ["market-imports-vpp-core", "market/src/a.ts", `import type { x } from "@commonwatt/settlement";`],
  ["settlement-imports-vpp-core-and-market", "settlement/src/a.ts", `import "@commonwatt/simulations";`],
  ["vpp-core-units-imports-what-stands-before-it", "vpp-core/src/units/b.ts", `import "../time/x.ts";`],
  ["vpp-core-time-imports-what-stands-before-it", "vpp-core/src/time/b.ts", `import "../errors/x.ts";`],
  ["vpp-core-errors-imports-what-stands-before-it", "vpp-core/src/errors/b.ts", `import "../der/x.ts";`],
  ["vpp-core-der-imports-what-stands-before-it", "vpp-core/src/der/b.ts", `import "../ports/x.ts";`],
  ["vpp-core-grid-imports-what-stands-before-it", "vpp-core/src/grid/b.ts", `import "../dispatch/x.ts";`],
  ["vpp-core-ports-imports-what-stands-before-it", "vpp-core/src/ports/b.ts", `import "../store/x.ts";`],
  [
    "vpp-core-dispatch-imports-what-stands-before-it",
    "vpp-core/src/dispatch/b.ts",
    `import "../fleet/x.ts";`,
  ],
  ["vpp-core-fleet-imports-what-stands-before-it", "vpp-core/src/fleet/b.ts", `import "../store/x.ts";`],
  ["vpp-core-store-imports-what-stands-before-it", "vpp-core/src/store/b.ts", `import "../api/x.ts";`],
  ["vpp-core-api-imports-what-stands-before-it", "vpp-core/src/api/b.ts", `import "../runtime/x.ts";`],
  ["vpp-core-runtime-imports-what-stands-before-it", "vpp-core/src/runtime/b.ts", `import "../cli/x.ts";`],
  ["vpp-core-cli-imports-what-stands-before-it", "vpp-core/src/cli/b.ts", `import "../index.ts";`],
  ["vpp-core-process-imports-what-stands-before-it", "vpp-core/src/process/b.ts", `import "../store/x.ts";`],
  ["vpp-core-process-imports-time-and-errors", "vpp-core/src/process/c.ts", `import "../ports/x.ts";`],
  ["packages-meet-by-name", "market/src/b.ts", `import "../../vpp-core/src/index.ts";`],
  ["imports-resolve", "market/src/c.ts", `import "@commonwatt/vpp-core/src/units/x.ts";`],
  ["imports-resolve", "market/src/d.ts", `export { x } from "./not-there.ts";`],
  ["modbus-serial-has-one-door", "device-adapters/src/sunspec/a.ts", `import "modbus-serial";`],
  ["node-opcua-has-one-door", "device-adapters/src/emulator/modbus-a.ts", `import "node-opcua";`],
  ["node-opcua-older-has-one-door", "device-adapters/src/opcua/a.ts", `import "node-opcua-older";`],
  ["acorn-has-one-door", "device-adapters/src/modbus/a.ts", `import "acorn";`],
  ["highs-has-one-door", "market/src/mechanisms/b.ts", `import "highs";`],
  ["hyparquet-has-one-door", "simulations/src/models/b.ts", `import "hyparquet";`],
  ["hyparquet-writer-has-one-door", "market/src/study/b.ts", `import "hyparquet-writer";`],
  ["yaml-has-one-door", "simulations/src/data/b.ts", `import "yaml";`],
  ["ethers-has-one-door", "settlement/src/accounting/a.ts", `import "ethers";`],
  ["pg-has-one-door", "vpp-core/src/runtime/d.ts", `export const late = () => import("pg");`],
  ["fastify-has-one-door", "vpp-core/src/ports/d.ts", `import fastify from "fastify"; fastify();`],
  ["xstate-has-one-door", "vpp-core/src/fleet/d.ts", `import "xstate";`],
  ["@xstate/store-has-one-door", "vpp-core/src/dispatch/d.ts", `import "@xstate/store";`],
  [
    "commander-has-one-door",
    "simulations/src/a.ts",
    `async () => { await using x = await import("commander"); };`,
  ],
  ["pure-folders-do-no-io", "market/src/mechanisms/a.ts", `import "node:fs";`],
  ["the-matching-core-has-no-dependency", "market/src/book/a.ts", `import "@commonwatt/vpp-core";`],
  ["the-matching-core-has-no-dependency", "market/src/book/b.ts", `import "node:crypto";`],
  ["no-circles", "settlement/src/b.ts", `import "./c.ts";`],
];

/** Imports that look much like these and are allowed. */
const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ["vpp-core/src/ports/e.ts", `import type { FastifyPluginAsync } from "fastify"; import "../der/x.ts";`],
  ["vpp-core/src/cli/e.ts", `import "commander"; import "../runtime/x.ts"; import "node:fs";`],
  // The other half of the circle, which is reported once.
  ["settlement/src/c.ts", `import "./b.ts";`],
  ["market/src/book/e.ts", `import "node:assert/strict"; import "./f.ts";`],
  ["market/src/book/f.ts", ""],
  ["market/src/book/e.test.ts", `import "@commonwatt/vpp-core"; import "node:fs";`],
  ["vpp-core/src/process/e.ts", `import "../errors/x.ts"; import "../time/x.ts";`],
  ["device-adapters/src/opcua/e.ts", `import "node-opcua"; import "@commonwatt/vpp-core";`],
  ["device-adapters/src/emulator/opcua-e.ts", `import "node-opcua";`],
  ["device-adapters/test/interop/e.ts", `import "node-opcua-older";`],
  ["market/src/linear-program/e.ts", `import "highs";`],
  ["simulations/src/data/e.ts", `import "hyparquet"; import "hyparquet-writer";`],
  ["simulations/src/scenario/e.ts", `import "yaml";`],
  ["settlement/src/chain/e.ts", `import "ethers"; import "@commonwatt/market";`],
  [
    "simulations/src/e.ts",
    PACKAGES.slice(0, 4)
      .map((name) => `import "@commonwatt/${name}";`)
      .join(" "),
  ],
];

let root: string;
let report: ImportReport;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "commonwatt-imports-"));
  for (const name of PACKAGES) {
    put(
      `${name}/package.json`,
      JSON.stringify({ name: `@commonwatt/${name}`, exports: { ".": "./src/index.ts" } }),
    );
    put(`${name}/src/index.ts`, "export const x = 1;");
    mkdirSync(join(root, "node_modules/@commonwatt"), { recursive: true });
    symlinkSync(join(root, name), join(root, "node_modules/@commonwatt", name));
  }
  for (const library of LIBRARIES) {
    put(`node_modules/${library}/package.json`, JSON.stringify({ name: library, main: "index.js" }));
    put(`node_modules/${library}/index.js`, "");
  }
  for (const layer of LAYERS) put(`vpp-core/src/${layer}/x.ts`, "export const x = 1;");
  for (const [, file, source] of FORBIDDEN) put(file, source);
  for (const [file, source] of ALLOWED) put(file, source);
  put(".gitignore", "node_modules/");
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  report = await checkImports(root);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("import rules", () => {
  test.each(FORBIDDEN)("%s is broken by %s", (rule, file) => {
    expect(report.violations.filter((line) => line.startsWith(`${rule}: ${file} → `))).toHaveLength(1);
  });

  test("what is allowed passes", () => {
    const allowed = ALLOWED.map(([file]) => file);
    expect(report.violations.filter((line) => allowed.some((file) => line.includes(` ${file} → `)))).toEqual(
      [],
    );
  });

  test("every module is seen", () => {
    expect(report.moduleCount).toBe(PACKAGES.length + LAYERS.length + FORBIDDEN.length + ALLOWED.length);
    expect(report.unseen).toEqual([]);
  });
});
