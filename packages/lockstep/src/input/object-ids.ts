/**
 * Which parts of an input are ids of objects, at run time: by name and by `format: uuid`, from its JSON Schema. The rule for
 * names is the types' (`identifies.ts`).
 */
import type { ObjectIds } from "../dependency/input-place.ts";
import { BuildError } from "../problem/error.ts";
import { isSchemaObject, type JsonSchema, type JsonSchemaObject } from "../schema/json-schema.ts";
import { hasUnknownNames, isMember, itemsOf, membersOf, partsOf, walkMembers } from "../schema/members.ts";
import { Nothing } from "./nothing.ts";
import { typesIn, valuesIn } from "../schema/shape.ts";

const owners = "owner|user|account|tenant|org|organization|workspace|team|customer|member";
const idName = new RegExp(`^(?:id|ids|uuid|guid|${owners})$|(?:Id|Ids|ID|IDs|Uuid|UUID|Guid|GUID|_id|_ids|_ID|_uuid|_guid)$`, "u");
const hyphenated = new RegExp(`-(?:id|ids|uuid|guid|${owners})$|^(?:${owners})$`, "iu");

/** Whether a name says that it is an id. */
export function isIdName(name: string): boolean {
  return idName.test(name) || hyphenated.test(name);
}

/** The object ids of a parameter. `otherwise` says whether it is one if neither its name nor its options tell. */
export function parameterIds(
  where: string,
  fact: string,
  { name, schema, identifies, otherwise }: { name: string; schema: JsonSchemaObject; identifies: unknown; otherwise: boolean },
): ObjectIds {
  const said = readIdentifies(where, identifies);
  if (said instanceof Nothing) return { ids: [], nothing: { [fact]: said.reason }, unsaid: undefined };
  const { isOpen, isUuid } = scalarOf(schema, schema, where);
  const isId = said === "object" || (isOpen && (otherwise || isUuid || isIdName(name)));
  return { ids: isId ? [fact] : [], nothing: {}, unsaid: undefined };
}

/**
 * The object ids of a body or a form.
 *
 * @throws BuildError `wrong_input` for a path that leads to no member: a misspelt one must not switch a check off
 */
export function memberIds(
  where: string,
  place: "body" | "form" | "multipart" | "messages",
  schema: JsonSchemaObject,
  identifies: unknown,
): ObjectIds {
  if (identifies instanceof Nothing) return { ids: [], nothing: { [place]: identifies.reason }, unsaid: undefined };
  if (identifies === "object") {
    if (isRecord(schema, schema, where))
      throw new BuildError("wrong_input", `${where}: say which members are ids: { identifies: { noteId: "object" } }`);
    return { ids: [place], nothing: {}, unsaid: undefined };
  }
  const said = readMembers(where, identifies);
  for (const path of said.keys()) {
    if (!isMember(schema, path.split("."), schema, where))
      throw new BuildError(
        "wrong_input",
        `${where}: correct "${path}" in identifies, for example to "items.productId": it is not a member`,
      );
  }
  const found = idsIn(schema, where);
  const nothing = new Map<string, string>();
  const ids = new Set(found);
  for (const [path, one] of said) {
    if (one === "object") ids.add(path);
    else {
      ids.delete(path);
      nothing.set(path, one.reason);
    }
  }
  const named = (path: string): string => (path === "" ? place : `${place}.${path}`);
  return {
    ids: [...ids].map(named),
    nothing: Object.fromEntries([...nothing].map(([path, reason]) => [named(path), reason])),
    unsaid: said.size === 0 && !ids.has("") ? openRoot(schema, where) : undefined,
  };
}

/** The object ids of bytes: `place` is the name of the function that reads them. */
export function rawIds(place: "rawBody" | "bodyStream", identifies: unknown): ObjectIds {
  const said = readIdentifies(`${place}()`, identifies);
  if (said === undefined) return { ids: [], nothing: {}, unsaid: "bytes that may hold anything" };
  return said === "object"
    ? { ids: [place], nothing: {}, unsaid: undefined }
    : { ids: [], nothing: { [place]: said.reason }, unsaid: undefined };
}

/** @throws BuildError `wrong_input` for any other value: a misspelt "object" must not switch a check off */
function readIdentifies(where: string, identifies: unknown): "object" | Nothing | undefined {
  if (identifies === undefined || identifies === "object" || identifies instanceof Nothing) return identifies;
  throw new BuildError("wrong_input", `${where}: write { identifies: "object" } or { identifies: nothing("what it is instead") }`);
}

function readMembers(where: string, identifies: unknown): Map<string, "object" | Nothing> {
  if (identifies === undefined) return new Map();
  if (typeof identifies !== "object" || identifies === null || Array.isArray(identifies)) readIdentifies(where, identifies ?? 0);
  return new Map(
    Object.entries(identifies as object).map(([path, one]) => {
      const said = readIdentifies(`${where}, "${path}"`, one ?? 0);
      // `undefined` was replaced by what is refused.
      return [path, said as "object" | Nothing];
    }),
  );
}

/** Whether a schema takes text or a number that is not one of a few values, or a list of them. */
export function isOpenScalar(schema: JsonSchemaObject): boolean {
  return scalarOf(schema, schema, "").isOpen;
}

/** The paths of members that take text or numbers, or lists of them: what might be an id under any name. */
export function openMembers(root: JsonSchemaObject, where: string): string[] {
  const found = new Set<string>();
  walkMembers(root, where, (path, member) => {
    if (path !== "" && scalarOf(member, root, where).isOpen) found.add(path);
  });
  return [...found];
}

/** The paths of a schema's members that are ids; an array's items have the path of the array. */
function idsIn(root: JsonSchemaObject, where: string): string[] {
  const found = new Set<string>();
  walkMembers(root, where, (path, schema, name) => {
    if (isSchemaObject(schema) && isUuid(schema)) found.add(path);
    else if (name !== undefined && isIdName(name) && scalarOf(schema, root, where).isOpen) found.add(path);
  });
  return [...found];
}

function isUuid(schema: JsonSchemaObject): boolean {
  return schema["format"] === "uuid" && valuesIn(schema) === undefined;
}

interface ScalarKind {
  /** Whether it may be text or a number that is not one of a few values. */
  readonly isOpen: boolean;
  readonly isUuid: boolean;
}

/** What a schema says of a single value, or of the items of a list. */
function scalarOf(schema: JsonSchema, root: JsonSchema, where: string, seen: readonly JsonSchema[] = []): ScalarKind {
  if (!isSchemaObject(schema)) return { isOpen: schema, isUuid: false };
  if (seen.includes(schema)) return { isOpen: false, isUuid: false };
  const below = [...seen, schema];
  const parts = [...partsOf(schema, root, where), ...itemsOf(schema)].map((one) => scalarOf(one, root, where, below));
  const types = typesIn(schema);
  const isList = types?.has("array") === true;
  const isScalar = types === undefined ? parts.length === 0 : scalarTypes.some((type) => types.has(type));
  const own = valuesIn(schema) === undefined && isScalar && !(types === undefined && membersOf(schema).length > 0);
  return {
    isOpen: (own && !isList) || parts.some((part) => part.isOpen),
    isUuid: isUuid(schema) || parts.some((part) => part.isUuid),
  };
}

const scalarTypes = ["string", "number", "integer"];

/** Whether the whole of a schema is a record of named members. */
function isRecord(schema: JsonSchema, root: JsonSchema, where: string, seen: readonly JsonSchema[] = []): boolean {
  if (!isSchemaObject(schema) || seen.includes(schema)) return false;
  if (membersOf(schema).length > 0 || typesIn(schema)?.has("object") === true) return true;
  return partsOf(schema, root, where).some((one) => isRecord(one, root, where, [...seen, schema]));
}

/** What makes a schema's root open: it may hold ids that no name or format shows. */
function openRoot(
  schema: JsonSchema,
  where: string,
  root: JsonSchema = schema,
  seen: readonly JsonSchema[] = [],
): string | undefined {
  if (!isSchemaObject(schema)) return schema ? "anything" : undefined;
  if (seen.includes(schema) || valuesIn(schema) !== undefined) return undefined;
  const below = [...seen, schema];
  const parts = [...partsOf(schema, root, where), ...itemsOf(schema)];
  const first = parts.map((one) => openRoot(one, where, root, below)).find((found) => found !== undefined);
  if (first !== undefined) return first;
  if (hasUnknownNames(schema)) return "a record of unknown names";
  const types = typesIn(schema);
  if (types === undefined) return parts.length > 0 || membersOf(schema).length > 0 ? undefined : "anything";
  if (types.has("array")) return itemsOf(schema).length === 0 ? "a list of anything" : undefined;
  return scalarTypes.some((type) => types.has(type)) ? "text or numbers without a name" : undefined;
}
