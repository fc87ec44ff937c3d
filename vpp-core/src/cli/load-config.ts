import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommonwattError, isCommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import { configError } from "../runtime/check-config.ts";
import type { ConfigFile } from "../runtime/config.ts";

/**
 * Loads a configuration file: a TypeScript or JavaScript module that exports `config`, made by
 * `defineConfig`.
 * @throws CommonwattError `CONFIG_NOT_FOUND`, `CONFIG_UNREADABLE` or `CONFIG_INVALID`; or as what the file calls
 *   throws.
 */
export async function loadConfig(file: string): Promise<ConfigFile> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new CommonwattError("CONFIG_NOT_FOUND", `${path} does not exist; name a file with --config`, {
      details: { file: path },
    });
  }
  let module: { config?: ConfigFile };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    // What the file calls says better what is wrong with it.
    if (isCommonwattError(cause)) throw cause;
    throw new CommonwattError("CONFIG_UNREADABLE", `${path}: ${messageOf(cause)}`, { cause });
  }
  const config = module.config;
  if (typeof config?.setup !== "function") {
    throw configError(file, "export config", typeof config, "the result of defineConfig({ … })");
  }
  for (const [name, option] of Object.entries(config.options ?? {})) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw configError(file, "options", name, "names of a-z, 0-9 and -");
    }
    const inRange = option.min <= option.default && option.default <= option.max;
    if (!inRange) {
      throw configError(file, `options.${name}.default`, option.default, `${option.min} to ${option.max}`);
    }
  }
  return config;
}
