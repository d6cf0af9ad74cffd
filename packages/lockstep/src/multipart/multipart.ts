/** Uploads: forms with files (`multipart/form-data`, RFC 7578), as browsers send them. */
import type { Dependency } from "../dependency/dependency.ts";
import type { BodyLimits, Source } from "../dependency/source.ts";
import type { HostRequest } from "../host/host.ts";
import { parseMediaType } from "../http/media-type.ts";
import { type BodyKind, checkContentType, undeclared } from "../input/content-type.ts";
import { fieldsReader } from "../input/form.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "../input/identifies.ts";
import { inputDependency } from "../input/input-dependency.ts";
import { checkLimit } from "../input/limits.ts";
import { memberIds } from "../input/object-ids.ts";
import { readableOnce } from "../input/readable-once.ts";
import { InputFailure, type InputIssue } from "../outcome/input-failure.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { isMember } from "../schema/members.ts";
import type { AnySchema, OutputOf, Schema } from "../schema/schema.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validateStrictly } from "../schema/validate.ts";
import { documented } from "./document.ts";
import { type CheckedRule, checkRule, type FileRule } from "./file-rule.ts";
import type { UploadedFile } from "./open-file.ts";
import { malformed, PartReader } from "./part-reader.ts";
import { type SentFields, type UploadPlan, UploadReader } from "./upload-reader.ts";

/** The fields of an upload that has none. */
export type NoFields = Readonly<Record<never, never>>;

/** What an upload consists of. */
export interface MultipartOptions<S extends AnySchema, N extends string, I> {
  /** The fields, as for `form()`: text, unless the schema says a number or a boolean. Default: none. */
  readonly fields?: S;
  /** The files, by the names that the form gives them. */
  readonly files: Readonly<Record<N, FileRule>>;
  /** The longest body, in bytes. Default: the sum of all files that may come, and `maxBodyBytes` of the route for the rest. */
  readonly maxTotalBytes?: number;
  /**
   * How many bytes of files are kept in memory to find fields that come after them. Default 0: the fields must come before the
   * files, whatever the size of the files is.
   */
  readonly lookAheadBytes?: number;
  /** Which fields are ids of objects, if their names and formats do not say so; or that none of them is. */
  readonly identifies?: I;
}

/** An upload: its fields, which are known, and its files, which are still on their way. */
export interface Upload<T, N extends string = string> {
  readonly fields: T;
  /**
   * The files, in the order in which they were sent. Read them once. A file that is not read is thrown away when the next one is
   * asked for; if the loop is left, the rest is not read, and the connection closes after the answer.
   */
  readonly files: AsyncIterable<UploadedFile<N>>;
}

const options: KnownOptions<MultipartOptions<AnySchema, string, unknown>> = {
  fields: true,
  files: true,
  maxTotalBytes: true,
  lookAheadBytes: true,
  identifies: true,
};

const where = "multipart()";
const mediaTypes = ["multipart/form-data"];
const kind: BodyKind = { accepted: mediaTypes, text: false };

/**
 * An upload: a form of `multipart/form-data` with files. The fields are validated before anything of a file is read, so a guard
 * can check the object that they name: which fields are ids is decided as for `form()`. The files come afterwards, one by one,
 * with little memory. A client sends the fields before the files, as browsers do if the form has them in that order.
 *
 * Answers 415 before anything is read for another media type and for a compressed body; 400 for a body that is not well-formed;
 * 413 for too much of it, 415 for a file of another type, 422 with a pointer for each field that does not fit, for a file that is
 * missing, and for a field or file that was not declared. Once the handler runs, these errors are thrown by its loop: let them
 * through, so the resources of the request roll back.
 *
 * Nothing is written to a disk, and no file is scanned for viruses: that is up to the handler.
 *
 * @throws BuildError `wrong_option`, `wrong_schema`; `wrong_input` for a field that text cannot hold, an invalid media type, and
 * a name that is both a field and a file
 *
 * @example
 * ```ts
 * const upload = multipart({
 *   fields: z.object({ projectId: z.uuid(), title: z.string().max(200) }),
 *   files: { plan: { mediaTypes: ["application/pdf"], maxBytes: 20 * 1024 * 1024 } },
 * });
 * const project = owned(
 *   { upload, user, db },
 *   ({ upload, db }) => db.projects.find(upload.fields.projectId),
 *   (project) => project.ownerId,
 * );
 *
 * post("/plans", { deps: { project, upload, store }, response: Stored }, async ({ project, upload, store }) => {
 *   for await (const file of upload.files) await store.put(project.id, file.type, file.stream);
 *   return { title: upload.fields.title };
 * });
 * ```
 */
export function multipart<
  S extends AnySchema = Schema<NoFields>,
  N extends string = never,
  const I extends IdentifiesMembers = never,
>(
  given: MultipartOptions<S, N, I & MembersCheck<S, I>>,
): Dependency<Upload<OutputOf<S>, N>, "input" | MemberIds<"multipart", S, I>> {
  checkOptions(where, given, options);
  // Without fields, `S` is its default.
  const fields: AnySchema = given.fields ?? noFields;
  const plan = planOf(given, fields);
  const read = fieldsReader(fields, where, "multipart");
  const objectIds = memberIds(where, "multipart", jsonSchemaOf(fields, where), given.identifies);
  const strict = { strictness: strictnessOf(fields, where), place: { kind: "multipart", pointer: "" } } as const;
  const rules = [...plan.files.values()];
  const files = Object.fromEntries(rules.map((rule) => [rule.field, rule.mediaTypes]));
  const input = { kind: "multipart", name: "", schema: documented(fields, rules, where), objectIds, mediaTypes, files } as const;
  return inputDependency(input, ["input"], async (source) => {
    const reader = readerOf(source, plan, given.maxTotalBytes ?? totalOf(rules, source.limits));
    const sent = await reader.fields();
    source.remember(...[...sent.fields.values()].flat());
    const { value, issues } = read(sent.fields);
    const checked = await validateStrictly(strict, value, [...issues, ...sent.issues]);
    if (checked instanceof InputFailure) return withHint(checked, sent);
    return Object.freeze({ fields: checked, files: readableOnce("Read the files of the upload", reader.files()) });
  });
}

const noFieldsJson = { type: "object", properties: {}, additionalProperties: false };

const noFields: Schema<NoFields> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    // Strictness refuses every field.
    validate: () => ({ value: {} }),
    jsonSchema: { input: () => structuredClone(noFieldsJson), output: () => structuredClone(noFieldsJson) },
  },
};

/** A name that no schema lists. */
const noName = "\u0000";

/** @throws BuildError `wrong_option`, `wrong_input` */
function planOf(given: MultipartOptions<AnySchema, string, unknown>, fields: AnySchema): UploadPlan {
  const { files, maxTotalBytes, lookAheadBytes = 0 } = given;
  if (typeof files !== "object" || files === null)
    throw new BuildError(
      "wrong_option",
      `${where}: name the files, for example { files: { picture: { mediaTypes: ["image/png"], maxBytes: 1_000_000 } } }`,
    );
  if (maxTotalBytes !== undefined) checkLimit(where, "maxTotalBytes", maxTotalBytes);
  checkLimit(where, "lookAheadBytes", lookAheadBytes, { least: 0 });
  const json = jsonSchemaOf(fields, where);
  for (const name of Object.keys(files)) {
    if (!isMember(json, [name], json, where)) continue;
    const advice = isMember(json, [noName], json, where)
      ? "list the fields, for example z.object({ title: z.string() }): these take any name, that of a file too"
      : `rename the file "${name}": a field has the same name`;
    throw new BuildError("wrong_input", `${where}: ${advice}`);
  }
  return { files: new Map(Object.entries(files).map(([name, rule]) => [name, checkRule(name, rule)])), lookAheadBytes };
}

function totalOf(rules: readonly CheckedRule[], { maxBodyBytes }: BodyLimits): number {
  return rules.reduce((total, { maxBytes, maxCount }) => total + maxBytes * maxCount, maxBodyBytes);
}

/** @throws Problem 400 `malformed_request`, 413 `too_large`, 415 */
function readerOf(source: Source, plan: UploadPlan, maxBytes: number): UploadReader {
  if (!checkContentType(source.request, kind)) throw undeclared(mediaTypes);
  const boundary = boundaryOf(source.request);
  return new UploadReader(new PartReader(source.pieces(maxBytes), boundary), plan, source.limits);
}

/** RFC 2046 §5.1.1. */
const boundaryPattern = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/u;

/** @throws Problem 400 `malformed_request` */
function boundaryOf(request: HostRequest): string {
  const [text = ""] = request.headers("content-type");
  const boundary = parseMediaType(text)?.parameters.get("boundary");
  if (boundary === undefined || !boundaryPattern.test(boundary)) throw malformed("The Content-Type must name the boundary.");
  return boundary;
}

/** Says what may be wrong with a field that is missing: it may come after a file. */
function withHint(failure: InputFailure, { fields, issues, isCut }: SentFields): InputFailure {
  const isMissing = (issue: InputIssue): boolean => {
    const [, name = ""] = issue.pointer.split("/");
    return issue.pointer !== "" && !issues.includes(issue) && !fields.has(name.replaceAll("~1", "/").replaceAll("~0", "~"));
  };
  if (!isCut || !failure.issues.some(isMissing)) return failure;
  return new InputFailure([...failure.issues, { in: "multipart", pointer: "", detail: "the fields must come before the files" }]);
}
