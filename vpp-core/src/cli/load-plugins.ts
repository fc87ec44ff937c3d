import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { CommonwattPlugin } from "../ports/plugin.ts";

/** The nearest package.json at or above a folder, or `null`. */
function nearestPackageFile(folder: string): string | null {
  const path = join(folder, "package.json");
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? null : nearestPackageFile(dirname(folder));
}

/**
 * Loads the packages named in the `commonwatt.plugins` field of the nearest package.json; each exports
 * `plugin`. Without that field there are none.
 * @throws CommonwattError `CONFIG_PLUGIN` when one can't be loaded or is no plugin.
 */
export async function loadPlugins(folder: string): Promise<readonly CommonwattPlugin[]> {
  const path = nearestPackageFile(folder);
  if (path === null) return [];
  const content = JSON.parse(readFileSync(path, "utf8")) as { commonwatt?: { plugins?: unknown } };
  const names = content.commonwatt?.plugins ?? [];
  if (!Array.isArray(names)) {
    throw new CommonwattError("CONFIG_PLUGIN", `${path}: commonwatt.plugins must be a list of package names`);
  }
  return Promise.all(names.map((name) => loadPlugin(path, String(name))));
}

async function loadPlugin(packageFile: string, name: string): Promise<CommonwattPlugin> {
  let module: { plugin?: CommonwattPlugin };
  try {
    module = await import(pathToFileURL(createRequire(packageFile).resolve(name)).href);
  } catch (cause) {
    throw new CommonwattError("CONFIG_PLUGIN", `${packageFile}: plugin ${name}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (typeof module.plugin?.commands !== "function") {
    throw new CommonwattError("CONFIG_PLUGIN", `${packageFile}: ${name} does not export a plugin`);
  }
  return module.plugin;
}
