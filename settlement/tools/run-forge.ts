import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, resolve } from "node:path";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The forge program of this machine. The package's own launcher exits 0 even when tests fail. */
function forgeBinary(): string {
  const forge = createRequire(createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json"));
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  return forge.resolve(`@foundry-rs/forge-${platform}/bin/forge${suffix}`);
}

/** forge wants node_modules below its root, so it runs in the repository's root with the settings of this package. */
function forgeEnvironment(command: string | undefined, isFull: boolean): NodeJS.ProcessEnv {
  // The compiler that forge starts is a Node script: it shall find the Node that runs this.
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const environment = {
    ...process.env,
    ...(isFull && { FOUNDRY_PROFILE: "full" }),
    PATH: path,
    FOUNDRY_CONFIG: "settlement/foundry.toml",
  };
  if (command !== "lint") return environment;
  // forge 1.7.1 forgets the tests of files that changed when lint and test share a cache.
  return { ...environment, FOUNDRY_CACHE_PATH: "settlement/cache/lint", FOUNDRY_OUT: "settlement/out/lint" };
}

// Runs forge as its arguments say and exits as it does: node tools/run-forge.ts test --match-contract Deposits
// With --full every fuzz test and invariant runs ten times as long.
const root = resolve(import.meta.dirname, "../..");
const isFull = process.argv.includes("--full");
const parameters = process.argv.slice(2).filter((parameter) => parameter !== "--full");
const binary = forgeBinary();
if (!existsSync(binary)) throw new Error(`forge is not installed: ${binary}`);
const { status, error } = spawnSync(binary, parameters, {
  cwd: root,
  env: forgeEnvironment(parameters[0], isFull),
  stdio: "inherit",
});
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
