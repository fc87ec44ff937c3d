import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import solc from "solc";

/** A compiled contract, as it is committed under `src/chain/artifacts` and deployed from. */
export interface ContractArtifact {
  readonly contractName: string;
  readonly compilerVersion: string;
  /** SHA-256 over the compiler's settings and every source that the contract imports. */
  readonly sourceHash: string;
  readonly abi: readonly unknown[];
  /** Creation code, to which the constructor's arguments are appended. */
  readonly bytecode: string;
}

/** The contracts that are deployed, by their sources; each has an artefact of its name. */
export const CONTRACT_SOURCES: readonly string[] = [
  "CommunityToken.sol",
  "EnergyEscrow.sol",
  "SettlementCourt.sol",
  "SiteRegistry.sol",
  "judges/BalanceJudge.sol",
  "judges/FillJudge.sol",
  "judges/HeaderJudge.sol",
  "judges/InclusionJudge.sol",
  "judges/OrderJudge.sol",
  "judges/PositionJudge.sol",
  "judges/PriceJudge.sol",
  "judges/ReadingJudge.sol",
];

/** The same code generation as in `foundry.toml`, so that forge tests what is deployed. */
export const COMPILER_SETTINGS = {
  evmVersion: "osaka",
  optimizer: { enabled: true, runs: 1000 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
  remappings: [],
} as const;

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<string, Readonly<Record<string, { abi: unknown[]; evm: { bytecode: { object: string } } }>>>
  >;
}

const packageFolder = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/**
 * Compiles contracts, the deployed ones unless others are named, with the npm build of solc; needs neither network nor
 * forge.
 * @throws Error with solc's own messages when a source does not compile.
 */
export function compileContracts(names: readonly string[] = CONTRACT_SOURCES): readonly ContractArtifact[] {
  const sources = new Map<string, string>();
  for (const source of names) readSourceTree(`contracts/${source}`, sources);
  const output = compile(sources);
  return names.map((source) => {
    const contractName = basename(source, ".sol");
    const compiled = output.contracts[`contracts/${source}`]?.[contractName];
    if (compiled === undefined) throw new Error(`solc gave no contract ${contractName}`);
    return {
      contractName,
      compilerVersion: String(solc.version()),
      sourceHash: hashSources(sourceTree(source)),
      abi: compiled.abi,
      bytecode: `0x${compiled.evm.bytecode.object}`,
    };
  });
}

/** The text of an artefact's file. */
export function printArtifact(artifact: ContractArtifact): string {
  return `${JSON.stringify(artifact, null, 2)}\n`;
}

/** Where the artefact of a contract is committed. */
export function artifactPath(contractName: string): string {
  return resolve(packageFolder, "src/chain/artifacts", `${contractName}.json`);
}

function compile(sources: ReadonlyMap<string, string>): CompilerOutput {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: { ...COMPILER_SETTINGS, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } },
  };
  const output = JSON.parse(String(solc.compile(JSON.stringify(input)))) as CompilerOutput;
  const failures = (output.errors ?? []).filter((error) => error.severity === "error");
  if (failures.length > 0) throw new Error(failures.map((error) => error.formattedMessage).join("\n"));
  return output;
}

function sourceTree(source: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  readSourceTree(`contracts/${source}`, sources);
  return sources;
}

/** Adds a source and, below it, all that it imports, under the names that solc will ask for. */
function readSourceTree(name: string, sources: Map<string, string>): void {
  if (sources.has(name)) return;
  const path = name.startsWith("@") ? require.resolve(name) : resolve(packageFolder, name);
  const content = readFileSync(path, "utf8");
  sources.set(name, content);
  for (const [, imported = ""] of content.matchAll(/^\s*import\s[^;]*?"([^"]+)"\s*;/gm)) {
    readSourceTree(importedName(name, imported), sources);
  }
}

function importedName(importer: string, imported: string): string {
  return imported.startsWith(".") ? new URL(imported, `file:///${importer}`).pathname.slice(1) : imported;
}

function hashSources(sources: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256").update(JSON.stringify(COMPILER_SETTINGS));
  for (const name of [...sources.keys()].sort()) hash.update(`\n${name}\n${sources.get(name)}`);
  return `0x${hash.digest("hex")}`;
}
