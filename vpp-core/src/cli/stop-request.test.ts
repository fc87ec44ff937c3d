import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { stopRequest } from "./stop-request.ts";

test.each([
  ["SIGINT", "Ctrl-C"],
  ["SIGTERM", "told to by SIGTERM"],
  ["SIGHUP", "the terminal was closed"],
])("%s asks for a stop, and a second one changes nothing", (name, reason) => {
  const signals = new EventEmitter();
  const request = stopRequest(signals, new PassThrough());
  expect(request.aborted).toBe(false);
  signals.emit(name);
  signals.emit("SIGTERM");
  expect(request.reason).toMatchObject({ code: "COMMAND_STOPPED", message: reason });
});

test("a closed pipe asks for a stop instead of ending the process", async () => {
  const output = new PassThrough();
  const request = stopRequest(new EventEmitter(), output);
  output.destroy(new Error("write EPIPE"));
  await expect.poll(() => request.aborted).toBe(true);
  expect(request.reason).toMatchObject({
    code: "COMMAND_STOPPED",
    message: "nobody reads the output any more",
  });
});
