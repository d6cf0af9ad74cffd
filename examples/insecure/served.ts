/**
 * Parts of the programs that start and answer requests: the caller, and a log that the test reads. Ada, Eve and the administrator
 * have a token each: `ada`, `eve` and `root`.
 */
import { authenticate, createApi, httpBearer, type Api, type Route } from "lockstep";
import { users } from "./secure.ts";

const people = { ada: "u1", eve: "u2", root: "u3" } as const;

/** The scheme of the token. It declares no scopes. */
export const bearer = httpBearer();
/** The caller, found by the token. Ada has the invoice `i1`, Eve has `i2`, and root is an administrator. */
export const caller = authenticate({ bearer }, ({ bearer }) => {
  const found = Object.entries(people).find(([name]) => name === bearer.reveal());
  return found && users.get(found[1]);
});

/** An API, with the reasons of its audit events and its errors, which the developer reads. */
export interface Served {
  readonly api: Api;
  readonly reasons: readonly string[];
}

/** Creates an API from routes, with a log that the test reads. */
export function serve(...routes: readonly Route[]): Served {
  const reasons: string[] = [];
  const api = createApi({
    title: "Invoices",
    version: "1.0.0",
    // Events without a reason are described by their type.
    audit: (event) => void reasons.push("reason" in event ? event.reason : event.type),
    onError: (error) => void reasons.push(String(error)),
    routes,
  });
  return { api, reasons };
}

/** The content of a request, besides its method and path. */
export interface Question {
  readonly as?: keyof typeof people;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body. */
  readonly json?: unknown;
}

/** A request, and the API that answers it. */
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
