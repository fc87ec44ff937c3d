import { expect, test } from "vitest";
import { throughGate } from "./connect-gate.ts";

test("at most two connect to one server at a time, in order, and a failure makes room for the next", async () => {
  const started: number[] = [];
  const finishers: ((ok: boolean) => void)[] = [];
  const connect = (number: number): Promise<number> =>
    throughGate("opc.tcp://a", () => {
      started.push(number);
      return new Promise((resolve, reject) => {
        finishers[number] = (ok) => (ok ? resolve(number) : reject(new Error("no")));
      });
    });
  const results = [0, 1, 2, 3].map(connect);
  const elsewhere = await throughGate("opc.tcp://b", async () => "at once");
  expect(elsewhere).toBe("at once");
  expect(started).toEqual([0, 1]);
  finishers[1]?.(false);
  await expect(results[1]).rejects.toThrow("no");
  expect(started).toEqual([0, 1, 2]);
  finishers[0]?.(true);
  expect(await results[0]).toBe(0);
  expect(started).toEqual([0, 1, 2, 3]);
  finishers[2]?.(true);
  finishers[3]?.(true);
  expect(await Promise.all(results.slice(2))).toEqual([2, 3]);
});
