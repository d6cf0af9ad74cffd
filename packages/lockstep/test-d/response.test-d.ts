/** The handler's result fits the response, and holds no secret. */
import { z } from "zod";
import { get, post, reply, secret, type Secret, stream } from "lockstep";
import { some } from "./assert.ts";
import { activeUser, flip, Profile, token, type User } from "./example.ts";

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
post("/a", { deps: { user }, response: Profile }, ({ user }) => reply(201, user, { headers: { location: "/a" } }));
get("/a", { deps: { user }, response: Profile }, () => stream(["x"], { type: "text/plain" }));
get("/a", { deps: { user } }, () => undefined);
get("/a", { deps: { user } }, () => some<Tree>());
get("/a", { deps: { user } }, () => some<unknown>());
get("/a", { deps: { user } }, async () => some<Map<string, Date> | User[]>());
get("/a", { deps: { user } }, (): never => {
  throw new Error("always");
});
// A schema of the response drops what it does not name, a secret too.
get("/a", { deps: { user }, response: Profile }, () => account);
// The input of the schema is what the handler gives.
get("/a", { deps: { user }, response: z.object({ at: z.date().transform((at) => at.toISOString()) }) }, () => ({ at: new Date() }));
// Literals keep their types, in a list and behind a condition too. In an async handler they need `as const`, as elsewhere.
const State = z.object({ state: z.enum(["open", "done"]), tags: z.array(z.enum(["a", "b"])) });
get("/a", { deps: { user }, response: State }, () => ({ state: "open", tags: ["a", "b"] }));
get("/a", { deps: { user }, response: State }, () => (flip ? { state: "open", tags: [] } : { state: "done", tags: ["a"] }));
post("/a", { deps: { user }, response: State }, () => reply(201, { state: "open", tags: ["a"] }));
get("/a", { deps: { user }, response: State }, async () => ({ state: "open", tags: ["a"] }) as const);

// Does not fit.
// @ts-expect-error Type '"shut"' is not assignable
get("/a", { deps: { user }, response: State }, () => ({ state: "shut", tags: [] }));
// @ts-expect-error Property 'email' is missing
get("/a", { deps: { user }, response: Profile }, ({ user }) => ({ id: user.id }));
// @ts-expect-error Type 'number' is not assignable to type 'string'
get("/a", { deps: { user }, response: Profile }, () => ({ id: 7, email: "x" }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Profile }, async () => some<User | undefined>());
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: Profile }, ({ user }) => reply(200, { id: user.id }));
// @ts-expect-error is not assignable
get("/a", { deps: { user }, response: z.object({ hash: z.string() }) }, () => ({ hash: secret("h") }));

// Secrets.
// @ts-expect-error The result holds a Secret: give the route a response schema without it, or leave it out
get("/a", { deps: { user } }, () => account);
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, async () => account);
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => secret("h"));
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => [account]);
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => ({ accounts: { first: [{ account }] } }));
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => reply(200, account));
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => Promise.resolve(reply(201, { account })));
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => (flip ? { id: "x" } : account));
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => some<{ readonly hash?: Secret<string> | undefined }>());
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user } }, () => some<Readonly<Record<string, Secret<string>>>>());
// A credential is no answer either.
// @ts-expect-error The result holds a Secret
get("/a", { deps: { user, token } }, ({ token }) => ({ token }));
