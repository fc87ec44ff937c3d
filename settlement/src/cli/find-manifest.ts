import { CommonwattError } from "@commonwatt/vpp-core";
import { type Deployment, manifestFromJson, readManifest } from "../chain/manifest.ts";
import { httpAddress } from "./key-options.ts";

/** Where a manifest may be. */
export interface ManifestPlaces {
  readonly manifest?: string;
  readonly source?: readonly string[];
}

/**
 * The manifest in a file, or as the first API gives it; the chain is to be asked whether it is true.
 * @throws CommonwattError `DEPLOYMENT_MISSING`, `USAGE_MANIFEST` when nothing says where it is.
 */
export async function findManifest({ manifest, source = [] }: ManifestPlaces): Promise<Deployment> {
  if (manifest !== undefined) {
    const known = await readManifest(manifest);
    if (known !== null) return known;
    throw new CommonwattError("DEPLOYMENT_MISSING", `there is no manifest ${manifest}`);
  }
  const api = source.find((place) => /^https?:\/\//.test(place));
  if (api === undefined) {
    throw new CommonwattError("USAGE_MANIFEST", "without an API among the sources, name a --manifest");
  }
  const reply = await fetch(new URL("/v1/settlement/deployment", httpAddress("--source", api))).catch(
    (cause: unknown) => {
      throw new CommonwattError("DEPLOYMENT_MISSING", `${api} does not answer`, { cause, retryable: true });
    },
  );
  if (!reply.ok) {
    throw new CommonwattError("DEPLOYMENT_MISSING", `${api} gives no manifest: status ${reply.status}`, {
      retryable: true,
    });
  }
  return manifestFromJson(await reply.json());
}
