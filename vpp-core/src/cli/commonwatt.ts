#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Node.js strips the types of the sources and V8 compiles them; a second start finds both done. So this comes before
// all else is loaded. It is kept where only its owner may write: whoever can, decides what is run. The environment
// variable NODE_COMPILE_CACHE names another folder, and NODE_DISABLE_COMPILE_CACHE=1 does without.
try {
  enableCompileCache(join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "commonwatt"));
} catch {
  // A user without a home waits a second longer.
}
await import("./main.ts");
