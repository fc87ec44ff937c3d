import { expect, test } from "vitest";
import { BrokenProgressError, Progress, progressWords } from "./progress.ts";

const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(progressWords * 4));

test("gives each piece of work away once, in order, and none beyond the last that is ready", () => {
  const shared = words();
  const [one, other] = [new Progress(shared), new Progress(shared)];
  expect([one.take(2), other.take(2), one.take(2), other.take(2)]).toEqual([0, 1, 2, -1]);
  expect([other.take(3), one.take(3)]).toEqual([3, -1]);
});

test("does something else while it waits, and stops when what it waits for has come", () => {
  const shared = words();
  const [one, other] = [new Progress(shared), new Progress(shared)];
  expect(one.add("arrived")).toBe(0);
  let done = 0;
  one.reach("arrived", 2, () => {
    done += 1;
    if (done === 3) expect(other.add("arrived")).toBe(1);
    return done < 3;
  });
  expect(done).toBe(3);
  one.reach("arrived", 2, () => expect.unreachable("nothing is left to wait for"));
});

test("waits for nobody once a thread has failed", () => {
  const shared = words();
  new Progress(shared).break();
  expect(() => new Progress(shared).reach("cleared", 1, () => false)).toThrow(BrokenProgressError);
  expect(() => new Progress(shared).reach("cleared", 0, () => false)).toThrow(BrokenProgressError);
});
