import { createRequire } from "node:module";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Where the anvil program of this machine lies. It is started directly: the package's own launcher is
 * a second process that would have to be stopped as well.
 * @throws CommonwattError `DEV_CHAIN_MISSING` when there is none for this platform.
 */
export function anvilBinary(): string {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    // The platform's package is a dependency of anvil's, so it is looked for from there.
    const anvil = createRequire(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json"));
    return anvil.resolve(`${name}/bin/anvil${process.platform === "win32" ? ".exe" : ""}`);
  } catch (cause) {
    throw new CommonwattError(
      "DEV_CHAIN_MISSING",
      `the development chain needs the package ${name}: ${messageOf(cause)}`,
      { cause },
    );
  }
}
