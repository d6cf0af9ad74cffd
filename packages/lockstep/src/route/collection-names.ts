/**
 * Inputs that are named like a collection of the API: `note`, `noteRef` or `noteid` beside `/notes/:id`. No rule for names finds
 * them, so start-up asks what they are.
 */
import type { InputNode, Node } from "../dependency/node.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { isOpenScalar, openMembers } from "../input/object-ids.ts";
import { BuildError } from "../problem/error.ts";
import type { Segment } from "./template.ts";

/** What a compiled route shows of itself here. */
interface NamedRoute {
  readonly method: string;
  readonly template: string;
  readonly segments: readonly Segment[];
  readonly nodes: readonly Node[];
}

/** Endings that make any name one of an object. */
const reference = /^(.+?)[ _-]?(?:ref|reference|key|slug|code|number|no|handle|uid|uri|ids?)$/;

/**
 * A parameter of the head is asked about if it is named like an object (`note`, `X-Note`) or like a reference to one (`noteRef`);
 * a member of a body or a form only for a reference, since `note` in a body is mostly text.
 *
 * @throws BuildError `ambiguous_input` for an input that may name an object, and does not say
 */
export function checkCollectionNames(routes: readonly NamedRoute[]): void {
  const collections = new Map(
    routes.flatMap(({ segments }) => collectionsOf(segments)).map((name) => [singular(plain(name)), name]),
  );
  for (const route of routes) {
    for (const node of route.nodes) if (node.kind === "input") checkInput(node, collections, `${route.method} ${route.template}`);
  }
}

function checkInput({ input }: InputNode, collections: ReadonlyMap<string, string>, route: string): void {
  const { kind, name, schema, objectIds, files = {} } = input;
  if (schema === undefined || kind === "path" || kind === "connection") return;
  const where = `${kind}(${name === "" ? "" : `"${name}"`})`;
  const json = jsonSchemaOf(schema, where);
  const isBody = kind === "body" || kind === "form" || kind === "multipart" || kind === "messages";
  const members = (): string[] => openMembers(json, where).filter((member) => !Object.hasOwn(files, member));
  const names = isBody ? members() : isOpenScalar(json) ? [name] : [];
  const said = new Set([...objectIds.ids, ...Object.keys(objectIds.nothing)]);
  if (said.has(kind)) return;
  for (const one of names) {
    if (said.has(`${kind}.${one}`)) continue;
    const collection = namesOf(one.split(".").at(-1) ?? one, isBody).flatMap((text) => collections.get(text) ?? [])[0];
    if (collection === undefined) continue;
    const object = isBody ? `{ "${one}": "object" }` : '"object"';
    const nothing = isBody ? `{ "${one}": nothing("what it is instead") }` : 'nothing("what it is instead")';
    throw new BuildError(
      "ambiguous_input",
      `${route}: say whether ${isBody ? `"${one}" of ${where}` : where} identifies one of /${collection}, with { identifies: ${object} } or { identifies: ${nothing} }`,
    );
  }
}

/** Segments with a parameter behind them. */
function collectionsOf(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ kind, text }, index) =>
    kind === "static" && segments[index + 1]?.kind === "parameter" ? [text] : [],
  );
}

/** A name in lower-case words: `serviceAccounts`, `service-accounts` and `X-Service-Accounts` are all `service accounts`. */
function plain(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .replace(/^x /, "")
    .trim();
}

/** English plurals, as far as collections are named: notes, boxes, companies. */
function singular(text: string): string {
  if (text.endsWith("ies")) return `${text.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(text)) return text.slice(0, -2);
  return text.endsWith("ss") ? text : text.replace(/s$/, "");
}

/** The objects that a name may speak of: its own, and the one that it refers to. */
function namesOf(name: string, onlyReferences: boolean): string[] {
  const text = plain(name);
  const referred = reference.exec(text)?.[1];
  return [...(onlyReferences ? [] : [singular(text)]), ...(referred === undefined ? [] : [singular(referred)])];
}
