import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { artifactPath, compileContracts, printArtifact } from "./compile-contracts.ts";

// Compiles the contracts into the committed artefacts that the chain client deploys: npm run contracts:build
for (const artifact of compileContracts()) {
  const path = artifactPath(artifact.contractName);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, printArtifact(artifact));
  console.log(`${artifact.contractName}: ${(artifact.bytecode.length - 2) / 2} bytes, ${path}`);
}
