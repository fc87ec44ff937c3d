import { fileURLToPath } from "node:url";
import { checkImports } from "./import-check.ts";

const { moduleCount, unseen, violations } = await checkImports(fileURLToPath(new URL("..", import.meta.url)));
for (const violation of violations) console.error(violation);
// A cruise that sees nothing finds nothing: the count is part of the check.
for (const path of unseen) console.error(`not cruised: ${path}`);
console.log(`import rules: ${moduleCount} modules cruised, ${violations.length} violations`);
if (violations.length > 0 || unseen.length > 0 || moduleCount === 0) process.exitCode = 1;
