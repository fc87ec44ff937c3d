import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, resolve } from "node:path";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where forge runs, and where the paths in `foundry.toml` start. */
export const REPOSITORY: string = resolve(import.meta.dirname, "../..");

/**
 * Runs forge with the settings of this package.
 * @param settings Environment variables for forge, beside those of this process.
 * @param output Where forge writes: where this process does, or into the result.
 * @throws Error when forge is not installed or does not start.
 */
export function runForge(
  parameters: readonly string[],
  settings: Readonly<Record<string, string>>,
  output: "inherit" | "pipe",
): SpawnSyncReturns<string> {
  const binary = forgeBinary();
  if (!existsSync(binary)) throw new Error(`forge is not installed: ${binary}`);
  const result = spawnSync(binary, parameters, {
    cwd: REPOSITORY,
    env: forgeEnvironment(parameters[0], settings),
    stdio: ["inherit", output, output],
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (result.error !== undefined) throw result.error;
  return result;
}

/** The forge program of this machine. The package's own launcher exits 0 even when tests fail. */
function forgeBinary(): string {
  const forge = createRequire(createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json"));
  const platform = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  return forge.resolve(`@foundry-rs/forge-${platform}/bin/forge${suffix}`);
}

/** forge wants node_modules below its root, so it runs in the repository's root with the settings of this package. */
function forgeEnvironment(
  command: string | undefined,
  settings: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  // The compiler that forge starts is a Node script: it shall find the Node that runs this.
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const environment = {
    ...process.env,
    ...settings,
    PATH: path,
    FOUNDRY_CONFIG: "settlement/foundry.toml",
  };
  if (command !== "lint") return environment;
  // forge 1.7.1 forgets the tests of files that changed when lint and test share a cache.
  return { ...environment, FOUNDRY_CACHE_PATH: "settlement/cache/lint", FOUNDRY_OUT: "settlement/out/lint" };
}
