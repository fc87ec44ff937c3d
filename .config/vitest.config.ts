import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    environment: "node",
    include: ["*/{src,test,tools,examples}/**/*.test.ts", ".config/*.test.ts"],
    // Its peers have to be installed first: `npm run test:interop`.
    exclude: [...configDefaults.exclude, "device-adapters/test/interop/**"],
    // Real servers, sockets and databases start in some tests, which mostly wait: three keep two cores busy.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // Tests of real servers end their own processes; one that does not must not pass unseen.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});

export default config;
