import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { expect, test } from "vitest";
import {
  artifactPath,
  COMPILER_SETTINGS,
  CONTRACT_SOURCES,
  compileContracts,
  printArtifact,
} from "./compile-contracts.ts";

test("the committed artefacts are what the sources compile to", { timeout: 240_000 }, () => {
  const artifacts = compileContracts();
  expect(artifacts.map((artifact) => `${artifact.contractName}.sol`)).toEqual(
    CONTRACT_SOURCES.map((source) => basename(source)),
  );
  for (const artifact of artifacts) {
    const committed = readFileSync(artifactPath(artifact.contractName), "utf8");
    expect(
      committed === printArtifact(artifact),
      `npm run contracts:build for ${artifact.contractName}`,
    ).toBe(true);
    expect(/^0x[0-9a-f]{8000,}$/.test(artifact.bytecode), "hex without unlinked library names").toBe(true);
  }
});

test("forge tests the code that is deployed: the same compiler settings in both places", () => {
  const foundry = readFileSync(resolve(import.meta.dirname, "../foundry.toml"), "utf8");
  expect(foundry).toContain(`evm_version = "${COMPILER_SETTINGS.evmVersion}"`);
  expect(foundry).toContain(`optimizer = ${COMPILER_SETTINGS.optimizer.enabled}`);
  expect(foundry).toContain(`optimizer_runs = ${COMPILER_SETTINGS.optimizer.runs}`);
  expect(foundry).toContain(`bytecode_hash = "${COMPILER_SETTINGS.metadata.bytecodeHash}"`);
  expect(foundry).toContain(`cbor_metadata = ${COMPILER_SETTINGS.metadata.appendCBOR}`);
  expect(foundry).toContain("via_ir = false");
});

test("the solc command answers what forge asks and refuses what it does not know", () => {
  const solc = resolve(import.meta.dirname, "solc");
  const run = (argument: string, input = ""): string =>
    execFileSync(process.execPath, [solc, argument], { encoding: "utf8", input, stdio: "pipe" });
  expect(run("--version")).toMatch(/^Version: 0\.8\.\d+\+commit\./m);
  const answer = JSON.parse(
    run("--standard-json", '{"language":"Solidity","sources":{"a":{"content":"nonsense"}}}'),
  );
  expect(answer.errors[0].type).toBe("ParserError");
  expect(() => run("--gas")).toThrow(/unknown option --gas/);
});
