import { isCommonwattError } from "@commonwatt/vpp-core";
import { openJournal } from "../src/journal/journal.ts";

/** Writes to the journal of a folder until it fails, and prints what was durable then, the code and the cause. */
const [folder = ""] = process.argv.slice(2);
const about = { content: "words", community: "c", rules: {} };
const { journal } = await openJournal(folder, about, async () => ({ from: 1, start: () => () => {} }));
let durable = 0;
try {
  for (;;) {
    for (let i = 0; i < 10; i++) journal.append(7, Buffer.alloc(1_000, "x"));
    await journal.durable();
    durable = journal.durableUpTo();
  }
} catch (error) {
  const failed = isCommonwattError(error) ? error : null;
  const codes = [failed?.code, failed?.details["errno"]];
  for (const again of [() => journal.append(7, Buffer.alloc(1)), journal.durableUpTo, journal.waitDurable]) {
    try {
      again();
    } catch (next) {
      codes.push(next === error ? "same" : "another");
    }
  }
  codes.push((await journal.durable().catch((next) => (next === error ? "same" : "another"))) ?? "resolved");
  process.stdout.write(`${durable} ${codes.join(" ")}\n`);
}
