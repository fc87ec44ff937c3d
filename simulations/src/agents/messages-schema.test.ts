import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { messagesSchema } from "./agent-messages.ts";

/** Written anew by `npx vitest run --config .config/vitest.config.ts simulations/src/agents --update`. */
test("the schema of all messages is published beside their page", async () => {
  const file = fileURLToPath(new URL("../../docs/outside-agents.schema.json", import.meta.url));
  await expect(`${JSON.stringify(messagesSchema, null, 2)}\n`).toMatchFileSnapshot(file);
});
