/**
 * Reads an upload in the order in which it was sent: the fields first, then one file after another. Fields are known before the
 * content of a file is read, so a guard can check the object that they name.
 */
import type { BodyLimits } from "../dependency/source.ts";
import { isUtf8 } from "../input/content-type.ts";
import { decodeUtf8 } from "../input/json.ts";
import { answerToIssues } from "../outcome/answer.ts";
import type { InputIssue } from "../outcome/input-failure.ts";
import { LockstepError } from "../problem/error.ts";
import { ownProblem, type Problem, problemOf } from "../problem/problem.ts";
import { pointerTo } from "../schema/pointer.ts";
import { joined } from "../host/request-body.ts";
import { safeFileName } from "./file-name.ts";
import { type CheckedRule, passes } from "./file-rule.ts";
import { OpenFile, type UploadedFile } from "./open-file.ts";
import { parsePartHeader, type PartHeader } from "./part-header.ts";
import { malformed, type PartReader } from "./part-reader.ts";
import { beginsAs, signatureBytes } from "./signature.ts";

/** What an upload may consist of. */
export interface UploadPlan {
  readonly files: ReadonlyMap<string, CheckedRule>;
  readonly lookAheadBytes: number;
}

/** The fields that came before the first file that is not in memory. */
export interface SentFields {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly issues: readonly InputIssue[];
  /** Whether the body may hold more: a file comes next. */
  readonly isCut: boolean;
}

/** Reads one upload: `fields()`, then `files()`. */
export class UploadReader {
  readonly #parts: PartReader;
  readonly #plan: UploadPlan;
  readonly #limits: BodyLimits;
  readonly #counts = new Map<string, number>();
  readonly #ahead: OpenFile[] = [];
  #fieldBytes = 0;
  #fieldCount = 0;

  constructor(parts: PartReader, plan: UploadPlan, limits: BodyLimits) {
    this.#parts = parts;
    this.#plan = plan;
    this.#limits = limits;
  }

  /** @throws Problem 400, 413, 415; the errors of the body */
  fields(): Promise<SentFields> {
    return this.#failing(() => this.#readFields());
  }

  /** The files, in the order in which they were sent. @throws while they are read: Problem 400, 413, 415, 422 */
  async *files(): AsyncGenerator<UploadedFile, void, void> {
    try {
      for (let file = await this.#nextFile(); file !== undefined; file = await this.#nextFile()) {
        yield file;
        await file.leave();
      }
    } finally {
      await this.#parts.close();
    }
  }

  async #readFields(): Promise<SentFields> {
    const fields = new Map<string, string[]>();
    let left = this.#plan.lookAheadBytes;
    for (let part = await this.#parts.next(); part !== undefined; part = await this.#parts.next()) {
      const header = parsePartHeader(part.header);
      const rule = this.#plan.files.get(header.name);
      if (rule === undefined && header.isFile) return { fields, issues: [unknownFile(header)], isCut: true };
      if (rule === undefined) {
        const text = await this.#text(header);
        const before = fields.get(header.name);
        if (before === undefined) fields.set(header.name, [text]);
        else before.push(text);
        continue;
      }
      const file = await this.#open(header, rule);
      if (file === undefined) continue;
      this.#ahead.push(file);
      if (left === 0) return { fields, issues: [], isCut: true };
      left = Math.max(0, left - (await file.readAhead(left + 1)));
      if (!file.isWhole) return { fields, issues: [], isCut: true };
    }
    return { fields, issues: this.#missing(), isCut: false };
  }

  async #nextFile(): Promise<OpenFile | undefined> {
    return this.#ahead.shift() ?? this.#failing(() => this.#readFile());
  }

  async #readFile(): Promise<OpenFile | undefined> {
    for (let part = await this.#parts.next(); part !== undefined; part = await this.#parts.next()) {
      const header = parsePartHeader(part.header);
      const rule = this.#plan.files.get(header.name);
      if (rule === undefined) throw header.isFile ? invalid([unknownFile(header)]) : fieldTooLate();
      const file = await this.#open(header, rule);
      if (file !== undefined) return file;
    }
    const missing = this.#missing();
    if (missing.length > 0) throw invalid(missing);
    return undefined;
  }

  /** A file, unless the form was sent without choosing one: then browsers send an empty one without a name. */
  async #open(header: PartHeader, rule: CheckedRule): Promise<OpenFile | undefined> {
    const { type, fileName = "" } = header;
    const fullType = type === undefined ? "" : `${type.type}/${type.subtype}`;
    const file = new OpenFile({ rule, name: safeFileName(fileName), type: fullType }, this.#parts);
    if ((await file.readAhead(signatureBytes)) === 0 && fileName === "") return undefined;
    const count = (this.#counts.get(rule.field) ?? 0) + 1;
    this.#counts.set(rule.field, count);
    if (count > rule.maxCount) throw ownProblem(413, "too_many", `There are too many files "${rule.field}".`);
    if (type === undefined || !passes(rule, type)) throw wrongType(rule, `must be ${rule.mediaTypes.join(" or ")}`);
    if (!beginsAs(fullType, file.start)) throw wrongType(rule, "is not of the type that it says it is");
    return file;
  }

  async #text(header: PartHeader): Promise<string> {
    this.#fieldCount += 1;
    if (this.#fieldCount > this.#limits.maxParameters) throw ownProblem(413, "too_many", "There are too many fields.");
    const { type } = header;
    if (type?.type !== "text" || type.subtype !== "plain")
      throw ownProblem(415, "unsupported_media_type", "A field of the form must be text/plain.");
    if (!isUtf8(type)) throw ownProblem(415, "unsupported_charset", "The fields of the form must be UTF-8.");
    const pieces: Uint8Array[] = [];
    let size = 0;
    this.#count(header.name.length);
    for (let piece = await this.#parts.read(); piece !== undefined; piece = await this.#parts.read()) {
      size += piece.length;
      this.#count(piece.length);
      pieces.push(piece);
    }
    const text = decodeUtf8(joined(pieces, size));
    if (text === undefined) throw malformed("A field of the form is not UTF-8.");
    return text;
  }

  /** Fields are kept in memory, so all of them together have the limit of a body that is. */
  #count(bytes: number): void {
    this.#fieldBytes += bytes;
    if (this.#fieldBytes > this.#limits.maxBodyBytes) throw ownProblem(413, "too_large", "The fields of the form are too large.");
  }

  #missing(): InputIssue[] {
    const missing = [...this.#plan.files.values()].filter(({ field, optional }) => !optional && !this.#counts.has(field));
    return missing.map(({ field }) => ({ in: "multipart", pointer: pointerTo("", field), detail: "required" }));
  }

  /** After an error nothing more is read, and everyone who reads on gets the same one. */
  async #failing<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw error instanceof LockstepError ? await this.#parts.fail(error) : error;
    }
  }
}

function unknownFile({ name }: PartHeader): InputIssue {
  return { in: "multipart", pointer: pointerTo("", name), detail: "unknown file" };
}

function wrongType({ field }: CheckedRule, why: string): Problem {
  return ownProblem(415, "unsupported_media_type", `The file "${field}" ${why}.`);
}

function invalid(issues: readonly InputIssue[]): Problem {
  return problemOf(answerToIssues(issues, undefined));
}

/** A guard has already decided about the fields that came before the files. */
function fieldTooLate(): Problem {
  return malformed("The fields of the form must come before its files.");
}
