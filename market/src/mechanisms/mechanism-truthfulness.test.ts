import { describe, it } from "vitest";
import { lawsFor, REGISTERED, TRUTHFULNESS } from "../../test/mechanism-laws.ts";

const truthful = REGISTERED.filter((mechanism) => lawsFor(mechanism).includes(TRUTHFULNESS));

describe.each(truthful)("$name, for any book", (mechanism) => {
  it(TRUTHFULNESS.name, { timeout: 3_600_000 }, () => TRUTHFULNESS.check(mechanism));
});
