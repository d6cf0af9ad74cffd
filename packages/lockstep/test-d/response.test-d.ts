/** The handler's result fits the response, and holds no secret. */
import { z } from "zod";
import { get, post, Problem, reply, secret, type Secret, stream, text, unchecked } from "lockstep";
import { some } from "./assert.ts";
import { activeUser, flip, Profile, token, type User, writer } from "./example.ts";

interface Account {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: Secret<string>;
}
interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
const user = activeUser;
const account = some<Account>();

// Fits.
get("/a", { deps: { user }, response: Profile }, ({ user }) => user);
get("/a", { deps: { user }, response: Profile }, async ({ user }) => ({ id: user.id, email: user.email }));
post("/a", { deps: { user: writer }, response: Profile, status: 201 }, ({ user }) =>
  reply(201, user, { headers: { location: "/a" } }),
);
// A member of a union, at once or later.
const Either = z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]);
get("/a", { deps: { user }, response: Either }, () => (flip ? { a: "x" } : { b: 1 }));
get("/a", { deps: { user }, response: Either }, async () => some<{ a: string } | { b: number }>());
get("/a", { deps: { user }, response: Profile.optional() }, async () => some<User | undefined>());
get("/a", { deps: { user }, response: z.array(Profile) }, async () => some<readonly User[]>());
get("/a", { deps: { user }, response: z.object({ id: z.string() }).nullable() }, async () => (flip ? { id: "x" } : null));

// Without members, nothing leaves by accident.
get("/a", { deps: { user } }, () => null);
get("/a", { deps: { user } }, async () => (flip ? "ok" : null));
get("/a", { deps: { user } }, () => 7);
get("/a", { deps: { user } }, () => flip);
get("/a", { deps: { user } }, () => reply(200, "ok", { headers: { "x-extra": "a" } }));
get("/a", { deps: { user }, status: 204 }, () => undefined);
get("/a", { deps: { user }, status: 302 }, () => reply(302, undefined, { headers: { location: "/a" } }));
post("/a", { deps: { user: writer } }, () => undefined);
post("/a", { deps: { user: writer } }, async () => {});
post("/a", { deps: { user: writer } }, () => reply(204, undefined, { cookies: [{ name: "theme", value: "dark" }] }));
post("/a", { deps: { user: writer }, status: 201 }, () => reply(201, "made", { headers: { location: "/a" } }));
post("/a", { deps: { user: writer }, status: 202 }, () => "accepted");
post("/a", { deps: { user: writer } }, (): never => {
  throw new Error("always");
});
// A status without content sends nothing of the result.
post("/a", { deps: { user: writer }, status: 204 }, () => some<User>());
get("/a", { deps: { user } }, (): never => {
  throw new Error("always");
});
get("/a", { deps: { user } }, () => {
  if (!flip) throw new Error("sometimes");
  return "ok";
});
// A stream is sent by a route that says of what.
get("/a", { deps: { user }, response: text() }, () => stream(["x"]));
// Anything else says what may leave, or why everything may.
get("/a", { deps: { user }, response: unchecked("a test") }, () => some<Tree>());
get("/a", { deps: { user }, response: unchecked("a test") }, async () => some<User[]>());
get("/a", { deps: { user }, response: unchecked("a test") }, () => some<unknown>());
get("/a", { deps: { user }, response: unchecked("a test") }, () => JSON.parse("{}"));
get("/a", { deps: { user }, response: z.unknown() }, () => some<Tree>());
get("/a", { deps: { user }, response: z.any() }, () => some<Tree>());
// A text that is a moment in JSON takes a `Date`, in an object and a list.
const Dated = z.object({ at: z.iso.datetime(), all: z.array(z.iso.datetime()), until: z.iso.datetime().nullable() });
get("/a", { deps: { user }, response: Dated }, () => ({ at: new Date(), all: [new Date(), "2026-01-01T00:00:00Z"], until: null }));
get("/a", { deps: { user }, response: z.object({ name: z.string(), message: z.string() }) }, () => ({ name: "a", message: "b" }));
get("/a", { deps: { user }, response: unchecked("a test") }, () => ({ name: "a", message: "b", at: new Date() }));
// A schema of the response drops undeclared members, a secret too.
get("/a", { deps: { user }, response: Profile }, () => account);
// The input of the schema is the handler's result.
get("/a", { deps: { user }, response: z.object({ at: z.date().transform((at) => at.toISOString()) }) }, () => ({ at: new Date() }));
const Coded = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String });
get("/a", { deps: { user }, response: z.object({ n: z.invertCodec(Coded) }) }, () => ({ n: 7n }));
// @ts-expect-error Type 'string' is not assignable to type 'bigint'
get("/a", { deps: { user }, response: z.object({ n: z.invertCodec(Coded) }) }, () => ({ n: "7" }));
// @ts-expect-error Type 'bigint' is not assignable
get("/a", { deps: { user }, response: z.object({ n: z.string() }) }, () => ({ n: 7n }));
// Literals keep their types, in a list and behind a condition too. In an async handler they need `as const`, as elsewhere.
const State = z.object({ state: z.enum(["open", "done"]), tags: z.array(z.enum(["a", "b"])) });
get("/a", { deps: { user }, response: State }, () => ({ state: "open", tags: ["a", "b"] }));
get("/a", { deps: { user }, response: State }, () => (flip ? { state: "open", tags: [] } : { state: "done", tags: ["a"] }));
post("/a", { deps: { user: writer }, response: State, status: 201 }, () => reply(201, { state: "open", tags: ["a"] }));
get("/a", { deps: { user }, response: State }, async () => ({ state: "open", tags: ["a"] }) as const);

// Does not fit.
// @ts-expect-error Type '"shut"' is not assignable
get("/a", { deps: { user }, response: State }, () => ({ state: "shut", tags: [] }));
// @ts-expect-error Property 'email' is missing
get("/a", { deps: { user }, response: Profile }, ({ user }) => ({ id: user.id }));
// @ts-expect-error Type 'number' is not assignable to type 'string | Date'
get("/a", { deps: { user }, response: Profile }, () => ({ id: 7, email: "x" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Profile }, async () => some<User | undefined>());
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Profile }, ({ user }) => reply(200, { id: user.id }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: z.object({ hash: z.string() }) }, () => ({ hash: secret("h") }));

// @ts-expect-error Type 'Date' is not assignable
get("/a", { deps: { user }, response: z.object({ state: z.enum(["open"]) }) }, () => ({ state: new Date() }));
// @ts-expect-error Type 'Date' is not assignable to type 'number'
get("/a", { deps: { user }, response: z.object({ at: z.number() }) }, () => ({ at: new Date() }));

// An object or a list leaves through a schema.
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }: the handler returns an object or a list
get("/a", { deps: { user } }, ({ user }) => user);
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, async () => some<User[]>());
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { public: "probe" }, () => ({ status: "ok" }));
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => ["ok"]);
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => (flip ? "ok" : some<User>()));
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, async () => some<User | undefined>());
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
post("/a", { deps: { user: writer }, status: 201 }, ({ user }) => reply(201, user));
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => new Date());
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => JSON.parse("{}"));
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, async () => JSON.parse("{}"));
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => some<unknown>());
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, async () => some<unknown>());
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/a", { deps: { user } }, () => some<object>());
// @ts-expect-error say why in a few words: the reason is shown in the document
get("/a", { deps: { user }, response: unchecked("") }, ({ user }) => user);

// What JSON would write as something else leaves through none.
// @ts-expect-error return the body, or throw the problem: a Response, a Blob, a stream, a Map, a Set, an Error, a promise, a bigint or a function cannot be sent
get("/a", { deps: { user } }, () => new Response("x"));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, async () => some<Response>());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: z.unknown() }, () => (flip ? "ok" : some<Response>()));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, () => some<Map<string, User>>());
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, () => reply(200, some<ReadonlySet<string>>()));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, () => new TypeError("x"));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, () => new Problem(409, "taken", "It is taken."));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, async () => reply(200, some<Problem>()));
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user } }, () => 7n);
// @ts-expect-error return the body, or throw the problem
get("/a", { deps: { user }, response: unchecked("a test") }, () => () => "x");
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Profile }, () => some<Map<string, User>>());

// Secrets.
// @ts-expect-error return no Secret, or declare a response schema without it: a Secret is never sent
get("/a", { deps: { user } }, () => account);
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, async () => account);
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => secret("h"));
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => [account]);
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => ({ accounts: { first: [{ account }] } }));
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => reply(200, account));
// @ts-expect-error return no Secret
get("/a", { deps: { user }, status: 201 }, () => Promise.resolve(reply(201, { account })));
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => (flip ? { id: "x" } : account));
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => some<{ readonly hash?: Secret<string> | undefined }>());
// @ts-expect-error return no Secret
get("/a", { deps: { user } }, () => some<Readonly<Record<string, Secret<string>>>>());
// @ts-expect-error return no Secret
get("/a", { deps: { user }, response: unchecked("a test") }, () => account);
// @ts-expect-error return no Secret
get("/a", { deps: { user }, response: z.unknown() }, async () => [account]);
// A credential is not an answer either.
// @ts-expect-error return no Secret
get("/a", { deps: { user, token } }, ({ token }) => ({ token }));
