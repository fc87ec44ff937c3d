import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { listedFiles, PACKAGES } from "./listed-files.ts";

const require = createRequire(import.meta.url);

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
  return PACKAGES.some((folder) => path.startsWith(`${folder}/`));
}

/** Cruises the packages below `root` by the rules of `dependency-cruiser.cjs`. */
export async function checkImports(root: string): Promise<ImportReport> {
  const config: CruiserConfig = require("./dependency-cruiser.cjs");
  const folders = PACKAGES.filter((folder) => existsSync(join(root, folder)));
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
    unseen: listedFiles(root).filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !seen.has(path)),
    violations: [...new Set(summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`))].sort(),
  };
}
