import { describe, it } from "vitest";
import { lawsFor, REGISTERED, TRUTHFULNESS } from "../../test/mechanism-laws.ts";

/** All but the search for lies, which takes as long as all others and has a file of its own. */
describe.each(REGISTERED)("$name with k $kPerMille, for any book", (mechanism) => {
  const laws = lawsFor(mechanism).filter((law) => law !== TRUTHFULNESS);
  it.each(laws)("$name", { timeout: 3_600_000 }, (law) => law.check(mechanism));
});
