/**
 * Reads the exports of the package, as the compiler sees them: the names of each subpath, and the types that a public declaration
 * mentions although no subpath exports them. `public-api.test.ts` compares both with short lists.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-6";
import { root } from "./steps.ts";

/** The exported names of one subpath, each list sorted. */
export interface Exports {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The exports of a package. */
export interface PublicApi {
  /** The exports by subpath, as an application writes it: `lockstep/jwt`. */
  readonly subpaths: Readonly<Record<string, Exports>>;
  /**
   * The types that a public declaration mentions and nobody can import, with the exports that mention them. A generic alias is
   * left out, because the compiler shows its result and not its name.
   */
  readonly unexported: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the public API of `lockstep` from its sources. */
export function publicApi(): PublicApi {
  const entries = entryFiles();
  const program = ts.createProgram([...entries.values()], options());
  const checker = program.getTypeChecker();
  const exported = new Map<ts.Symbol, string>();
  const subpaths: Record<string, Exports> = {};
  for (const [subpath, file] of entries) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new TypeError(`${file} is not a module`);
    const found = checker.getExportsOfModule(module);
    for (const symbol of found) exported.set(declared(checker, symbol), symbol.name);
    subpaths[subpath] = {
      values: found
        .filter((one) => isValue(checker, one))
        .map(nameOf)
        .toSorted(),
      types: found
        .filter((one) => !isValue(checker, one))
        .map(nameOf)
        .toSorted(),
    };
  }
  return { subpaths, unexported: unexportedTypes(checker, exported) };
}

function entryFiles(): ReadonlyMap<string, string> {
  const folder = join(root, "packages/lockstep");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly "lockstep-source": string }>>;
  };
  const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === "string" ? [] : [[subpath.replace(/^\./, "lockstep"), join(folder, target["lockstep-source"])] as const],
  );
  return new Map(entries);
}

/** Returns the compiler's options of the repository. */
function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile) as { config: object };
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: ["package.json"] }, ts.sys, root).options;
}

const nameOf = ({ name }: ts.Symbol): string => name;

/** Follows `export … from` to the declaration. */
function declared(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Tells whether an export exists at run time: `export { type Problem }` does not, although `Problem` is a class. */
function isValue(checker: ts.TypeChecker, symbol: ts.Symbol): boolean {
  const isTypeOnly = symbol.declarations?.some(
    (one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly),
  );
  return isTypeOnly !== true && (declared(checker, symbol).flags & ts.SymbolFlags.Value) !== 0;
}

function unexportedTypes(checker: ts.TypeChecker, exported: ReadonlyMap<ts.Symbol, string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [symbol, by] of exported) {
    for (const declaration of symbol.declarations ?? []) {
      for (const name of namesIn(declaration)) {
        const named = checker.getSymbolAtLocation(name);
        const mentioned = named && declared(checker, named);
        if (mentioned === undefined || exported.has(mentioned) || !isOurs(mentioned)) continue;
        found.set(mentioned.name, (found.get(mentioned.name) ?? new Set()).add(by));
      }
    }
  }
  return found;
}

/** Returns the names that a declaration mentions in its types. Bodies of functions and private members are left out. */
function namesIn(node: ts.Node): ts.Node[] {
  if (ts.isBlock(node) || (ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name))) return [];
  if (ts.isVariableDeclaration(node) && node.type !== undefined) return namesIn(node.type);
  const below: ts.Node[] = [];
  ts.forEachChild(node, (child) => void below.push(...namesIn(child)));
  if (ts.isTypeReferenceNode(node)) return [node.typeName, ...below];
  if (ts.isExpressionWithTypeArguments(node)) return [node.expression, ...below];
  return below;
}

function isOurs({ declarations = [], flags }: ts.Symbol): boolean {
  const isParameter = (flags & ts.SymbolFlags.TypeParameter) !== 0;
  const isCalculated = declarations.some((one) => ts.isTypeAliasDeclaration(one) && one.typeParameters !== undefined);
  return (
    !isParameter && !isCalculated && declarations.some((one) => one.getSourceFile().fileName.includes("/packages/lockstep/src/"))
  );
}
