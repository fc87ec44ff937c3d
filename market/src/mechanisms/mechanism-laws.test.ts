import { describe, it } from "vitest";
import { lawsFor } from "../../test/mechanism-laws.ts";
import { MECHANISMS } from "./mechanism-registry.ts";

/** Every registered mechanism, and those that take a k at both its ends and in between. */
const REGISTERED = Object.values(MECHANISMS).flatMap((make) =>
  make().kPerMille === null ? [make()] : [0, 500, 1000].map((k) => make(k)),
);

describe.each(REGISTERED)("$name with k $kPerMille, for any book", (mechanism) => {
  it.each(lawsFor(mechanism))("$name", { timeout: 3_600_000 }, (law) => law.check(mechanism));
});
