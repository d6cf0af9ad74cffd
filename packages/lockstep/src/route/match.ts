/**
 * The core's router: which route a path and method select. The match selects the route object and with it its guard; no
 * guard has a pattern of its own. Static segments are compared as sent, undecoded; a parameter is decoded once.
 */
import type { HostedRoute, HostMatch } from "../host/host.ts";
import { isVisible } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import type { CompiledRoute } from "./compiled-route.ts";

/** What a router needs to know of a route. */
export interface Routed extends HostedRoute {
  readonly compiled: CompiledRoute;
}

interface Branch<R> {
  readonly statics: Map<string, Branch<R>>;
  parameter: Branch<R> | undefined;
  readonly methods: Map<string, R>;
}

const branch = <R>(): Branch<R> => ({ statics: new Map(), parameter: undefined, methods: new Map() });

const noParams: Readonly<Record<string, string>> = Object.freeze({});

/** All routes of an API. */
export class Router<R extends Routed> {
  readonly #root = branch<R>();

  /** @throws BuildError `duplicate_route` if two routes answer the same method and path */
  constructor(routes: readonly R[]) {
    for (const route of routes) this.#add(route);
  }

  /**
   * The most specific route that answers the method: at each segment a static one before a parameter, whatever the order of
   * declaration. If routes answer the path under other methods only, returns their methods.
   */
  match(method: string, path: string): HostMatch<R> {
    if (!path.startsWith("/")) return { kind: "none" };
    const texts = path === "/" ? [] : path.slice(1).split("/");
    const others = new Set<string>();
    const route = find(this.#root, texts, 0, method, others);
    if (route === undefined) return others.size === 0 ? { kind: "none" } : { kind: "method", allow: allowed(others) };
    const params = paramsOf(route.compiled, texts);
    return params === undefined ? { kind: "malformed" } : { kind: "route", route, params };
  }

  #add(route: R): void {
    let at = this.#root;
    for (const segment of route.compiled.segments) {
      const next = segment.kind === "parameter" ? (at.parameter ?? branch<R>()) : (at.statics.get(segment.text) ?? branch<R>());
      if (segment.kind === "parameter") at.parameter = next;
      else at.statics.set(segment.text, next);
      at = next;
    }
    const other = at.methods.get(route.method);
    if (other !== undefined) {
      throw new BuildError(
        "duplicate_route",
        `remove or change one of ${route.compiled.label} and ${other.compiled.label}: they answer the same requests`,
      );
    }
    at.methods.set(route.method, route);
  }
}

/** @throws BuildError `duplicate_route` if two routes answer the same method and path */
export function checkCollisions(routes: readonly CompiledRoute[]): void {
  void new Router(routes.map((compiled) => ({ method: compiled.method, template: compiled.template, compiled })));
}

/** A dot segment in any spelling: clients and proxies resolve it, so it never names anything (WHATWG URL §4.3). */
const dots = /^(?:\.|%2e){1,2}$/i;

/** Looks at each branch of the tree at most once, however many segments the path has. */
function find<R>(at: Branch<R>, texts: readonly string[], index: number, method: string, others: Set<string>): R | undefined {
  const text = texts[index];
  if (text === undefined) return answering(at, method, others);
  const fixed = at.statics.get(text);
  const found = fixed && find(fixed, texts, index + 1, method, others);
  if (found !== undefined || at.parameter === undefined || text === "" || dots.test(text)) return found;
  return find(at.parameter, texts, index + 1, method, others);
}

/** The route of a method (GET's for HEAD); `others` gets the methods that there are instead. */
function answering<R>({ methods }: Branch<R>, method: string, others: Set<string>): R | undefined {
  const route = methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined);
  if (route === undefined) for (const other of methods.keys()) others.add(other);
  return route;
}

function allowed(methods: ReadonlySet<string>): string[] {
  return [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted();
}

// A parameter never holds a control character: no schema has to think of NUL or of line breaks in logs.
const control = /\p{Cc}/u;

function paramsOf(route: CompiledRoute, texts: readonly string[]): Readonly<Record<string, string>> | undefined {
  let params: Record<string, string> | undefined;
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === "static") continue;
    const value = decode(texts[index] ?? "");
    if (value === undefined) return undefined;
    // A name may be anything that is an identifier, `constructor` included: no prototype.
    params ??= Object.create(null) as Record<string, string>;
    params[segment.text] = value;
  }
  return params ?? noParams;
}

function decode(text: string): string | undefined {
  // Everything else is percent-encoded on its way (RFC 3986 §2); hosts read other bytes as Latin-1 or as UTF-8.
  if (!isVisible(text)) return undefined;
  if (!text.includes("%")) return text;
  try {
    const decoded = decodeURIComponent(text);
    return control.test(decoded) ? undefined : decoded;
  } catch {
    // URIError: not percent-encoded UTF-8. The answer is 400, whatever it was.
    return undefined;
  }
}
