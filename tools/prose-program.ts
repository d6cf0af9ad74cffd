/** Finds the prose of a TypeScript file: comments, messages, and names of tests. */
import ts from "typescript-6";
import { codeFence, Draft, linesOf, listMark, placeOf } from "./prose-passage.ts";
import type { Kind, Line, Passage } from "./prose-passage.ts";

/** Which strings are read besides the names of tests. */
export interface Reading {
  /** Strings of three words or more. */
  readonly messages: boolean;
}

/** The comments of a program, then its strings. */
export function passagesOfProgram(source: string, { messages }: Reading): readonly Passage[] {
  const file = ts.createSourceFile("file.ts", source, {
    languageVersion: ts.ScriptTarget.ESNext,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const literals = new Map<number, number>();
  const strings: Passage[] = [];
  // `isRead` is true for a part of a string that has been read.
  const visit = (node: ts.Node, isRead: boolean): void => {
    if (ts.isStringLiteral(node) || ts.isRegularExpressionLiteral(node) || ts.isTemplateLiteralToken(node)) {
      literals.set(node.getStart(file), node.end);
    }
    if (messages && !isRead && isText(node)) strings.push(...passagesOfText(source, file, node, "message").filter(isSentence));
    const name = testNameOf(node);
    if (name !== undefined) strings.push(...passagesOfText(source, file, name, "test name"));
    const joins = ts.isBinaryExpression(node) && isText(node);
    ts.forEachChild(node, (child) => visit(child, child === name || (joins && isText(child))));
  };
  visit(file, false);
  return [...passagesOfComments(source, literals), ...strings];
}

/** Strings, templates, and strings joined with `+`, in expressions and in types. */
function isText(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node))
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken && (isText(node.left) || isText(node.right));
  return ts.isStringLiteralLike(node) || isTemplate(node);
}

function isTemplate(node: ts.Node): node is ts.TemplateExpression | ts.TemplateLiteralTypeNode {
  return ts.isTemplateExpression(node) || ts.isTemplateLiteralTypeNode(node);
}

/** Text of fewer than three words is a name, a key or a value. */
function isSentence({ text }: Passage): boolean {
  return text.split(" ").filter((word) => /[\p{L}¤]/u.test(word)).length >= 3;
}

function testNameOf(node: ts.Node): ts.Node | undefined {
  const name = ts.isCallExpression(node) && isTestCall(node.expression) ? node.arguments[0] : undefined;
  return name !== undefined && isText(name) ? name : undefined;
}

/** `test("…")`, `it.skip("…")`, `t.test("…")`, and `behaviour("…")` of the suites that the packages export. */
function isTestCall(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return /^(?:test|it|describe|suite|behaviour)$/.test(called.text);
  if (!ts.isPropertyAccessExpression(called)) return false;
  if (/^(?:only|skip|todo)$/.test(called.name.text)) return isTestCall(called.expression);
  return called.name.text === "test" && ts.isIdentifier(called.expression) && called.expression.text === "t";
}

function passagesOfText(source: string, file: ts.SourceFile, text: ts.Node, kind: Kind): readonly Passage[] {
  const draft = new Draft(kind);
  const addToken = (token: ts.Node): void => {
    const opensExpression = token.kind === ts.SyntaxKind.TemplateHead || token.kind === ts.SyntaxKind.TemplateMiddle;
    draft.addEscaped(source, token.getStart(file) + 1, token.end - (opensExpression ? "${".length : 1));
  };
  const add = (part: ts.Node): void => {
    if (!isText(part)) draft.hide(part.getStart(file));
    else if (ts.isBinaryExpression(part)) for (const side of [part.left, part.right]) add(side);
    else if (isTemplate(part)) {
      addToken(part.head);
      for (const span of part.templateSpans) {
        draft.hide(span.getStart(file));
        addToken(span.literal);
      }
    } else addToken(part);
  };
  add(text);
  return draft.passages();
}

/** `literals` maps the start of each string, template part and regular expression to its end. Elsewhere `//` is a comment. */
function passagesOfComments(source: string, literals: ReadonlyMap<number, number>): readonly Passage[] {
  const lines = linesOf(source);
  const found: Passage[] = [];
  let block: CommentBlock | undefined;
  for (const comment of commentsOf(source, literals)) {
    const first = placeOf(lines, comment.pos);
    const isLine = source.startsWith("//", comment.pos);
    const isAlone = source.slice(lines[first.line - 1]?.start, comment.pos).trim() === "";
    // Line comments below one another are one text.
    const continues = isLine && isAlone && block?.nextLine === first.line && block.column === first.column;
    if (!continues || block === undefined) {
      found.push(...(block?.end() ?? []));
      block = new CommentBlock(first.column, isLine && isAlone);
    }
    block.add(source, comment, first.line);
    found.push(...linesOfComment(lines, first.line, comment.end));
  }
  found.push(...(block?.end() ?? []));
  return found;
}

function* commentsOf(source: string, literals: ReadonlyMap<number, number>): Generator<ts.TextRange> {
  for (let at = 0; at < source.length; at += 1) {
    const isLine = source.startsWith("//", at);
    if (literals.has(at)) at = (literals.get(at) ?? at) - 1;
    else if (isLine || source.startsWith("/*", at)) {
      const closes = isLine ? source.indexOf("\n", at) : source.indexOf("*/", at + 2) + 2;
      const end = closes < at ? source.length : closes;
      yield { pos: at, end };
      at = end - 1;
    }
  }
}

/** One block comment, or the line comments below one another. */
class CommentBlock {
  readonly column: number;
  readonly #takesMore: boolean;
  readonly #found: Passage[] = [];
  #draft = new Draft("comment");
  #fenced = false;
  #lastLine = 0;

  constructor(column: number, takesMore: boolean) {
    this.column = column;
    this.#takesMore = takesMore;
  }

  /** The line on which another line comment belongs to this one. */
  get nextLine(): number | undefined {
    return this.#takesMore ? this.#lastLine + 1 : undefined;
  }

  add(source: string, { pos, end }: ts.TextRange, line: number): void {
    const closes = source.startsWith("/*", pos) ? end - "*/".length : end;
    for (const { text, start } of linesOf(source.slice(pos, closes))) {
      const mark = /^\s*(?:\/\/+|\/\*+|\*)?\s*/.exec(text)?.[0].length ?? 0;
      const content = text.slice(mark);
      const isFence = codeFence.test(content);
      if (isFence) this.#fenced = !this.#fenced;
      if (isFence || this.#fenced || content === "" || content.startsWith("@") || listMark.test(content)) this.#next();
      if (isFence || this.#fenced) continue;
      const skipped = mark + (listMark.exec(content)?.[0].length ?? 0);
      this.#draft.addLine(source, pos + start + skipped, pos + start + text.length);
    }
    this.#lastLine = line;
  }

  end(): readonly Passage[] {
    this.#next();
    return this.#found;
  }

  #next(): void {
    this.#found.push(...this.#draft.passages());
    this.#draft = new Draft("comment");
  }
}

/** The lines of a comment, each from the start of its line. */
function linesOfComment(lines: readonly Line[], first: number, end: number): readonly Passage[] {
  const covered = lines.slice(first - 1).filter(({ start }) => start < end);
  return covered.map(({ text, start }) => {
    const line = text.slice(0, end - start).trimEnd();
    return { kind: "line", text: line, shown: line, at: Array.from({ length: line.length }, (_, index) => start + index) };
  });
}
