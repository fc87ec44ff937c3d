import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";

const require = createRequire(import.meta.url);

const PACKAGE_FOLDERS = ["vpp-core", "device-adapters", "market", "settlement", "simulations"];

/** A node of swc's syntax tree, as far as it matters here. */
interface SyntaxNode {
  readonly type: string;
  readonly decls: readonly unknown[];
}

interface SyntaxVisitor {
  visitStatement(statement: SyntaxNode): SyntaxNode;
  visitVariableDeclarators(declarators: readonly unknown[]): unknown;
}

/**
 * The visitor that dependency-cruiser walks with is older than `using` declarations and throws at them;
 * here it learns them.
 */
function teachUsingDeclarations(visitor: SyntaxVisitor): void {
  const { visitStatement } = visitor;
  visitor.visitStatement = function (this: SyntaxVisitor, statement) {
    if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
    this.visitVariableDeclarators(statement.decls);
    return statement;
  };
}

const { Visitor }: { Visitor: { prototype: SyntaxVisitor } } = require("@swc/core/Visitor.js");
teachUsingDeclarations(Visitor.prototype);

interface CruiserConfig {
  readonly forbidden: IForbiddenRuleType[];
  readonly options: ICruiseOptions;
}

/** What a cruise through the packages of a repository has found. */
export interface ImportReport {
  /** TypeScript modules of ours that were parsed. */
  readonly moduleCount: number;
  /** TypeScript files below a `src` that git lists but the cruise has not seen. */
  readonly unseen: readonly string[];
  /** `<rule>: <from> → <to>`, sorted. */
  readonly violations: readonly string[];
}

function isOurs(path: string): boolean {
  return PACKAGE_FOLDERS.some((folder) => path.startsWith(`${folder}/`));
}

/** Source files that git tracks or would track. */
function listedSources(root: string): readonly string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n");
  return listed.filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path) && existsSync(join(root, path)));
}

/** Cruises the packages below `root` by the rules of `dependency-cruiser.cjs`. */
export async function checkImports(root: string): Promise<ImportReport> {
  const config: CruiserConfig = require("./dependency-cruiser.cjs");
  const folders = PACKAGE_FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(folders, {
    ...config.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  });
  const { modules, summary } = output as ICruiseResult;
  const ours = modules.filter((module) => module.source.endsWith(".ts") && !module.couldNotResolve);
  const seen = new Set(ours.map((module) => module.source).filter(isOurs));
  return {
    moduleCount: seen.size,
    unseen: listedSources(root).filter((path) => !seen.has(path)),
    violations: [...new Set(summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`))].sort(),
  };
}
