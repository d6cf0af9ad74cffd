/**
 * Parts of the programs that start, and are then asked: who asks, and what the log is told. Ada, Eve and the
 * administrator have a token each, with nothing else in it.
 */
import { authenticate, createApi, httpBearer, type Api, type Route } from "lockstep";
import { users } from "./secure.ts";

const people = { ada: "u1", eve: "u2", root: "u3" } as const;

/** A bearer token that is limited to no scopes. */
export const bearer = httpBearer();
/** The caller, by the token. Ada has the invoice `i1`, Eve has `i2`, and root is an administrator. */
export const caller = authenticate({ bearer }, ({ bearer }) => {
  const found = Object.entries(people).find(([name]) => name === bearer.reveal());
  return found && users.get(found[1]);
});

/** An API, and what its developer reads: the reasons in the audit log, and errors. */
export interface Served {
  readonly api: Api;
  readonly reasons: readonly string[];
}

/** Serves routes as an application would, with a log that can be read. */
export function serve(...routes: readonly Route[]): Served {
  const reasons: string[] = [];
  const api = createApi({
    title: "Invoices",
    version: "1.0.0",
    // Events without a reason say all with their type.
    audit: (event) => void reasons.push("reason" in event ? event.reason : event.type),
    onError: (error) => void reasons.push(String(error)),
    routes,
  });
  return { api, reasons };
}

/** What a request carries besides its method and path. */
export interface Question {
  readonly as?: keyof typeof people;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body. */
  readonly json?: unknown;
}

/** A request, and the program that is asked. */
export interface Exchange extends Served {
  readonly request: Request;
}

/** Prepares a request: `ask(serve(read), "GET /invoices/i1", { as: "eve" })`. */
export function ask(served: Served, what: string, { as, headers = {}, json }: Question = {}): Exchange {
  const [method = "", path = ""] = what.split(" ");
  const all = new Headers(headers);
  if (as !== undefined) all.set("authorization", `Bearer ${as}`);
  if (json !== undefined) all.set("content-type", "application/json");
  const body = json === undefined ? null : JSON.stringify(json);
  return { ...served, request: new Request(`http://localhost${path}`, { method, headers: all, body }) };
}
