/** A principal has an id, or its credential says it. Anything else does not come out of `authenticate()`. */
import { z } from "zod";
import {
  authenticate,
  get,
  type Id,
  identified,
  InvalidCredential,
  notFound,
  type Principal,
  problem,
  reply,
  scopes,
  stream,
  type ValueOf,
} from "lockstep";
import type { Claims } from "lockstep/jwt";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { flip, token, type User } from "./example.ts";

/** As an object-relational mapper makes them: members of the class, methods, a list of related rows. */
class Account {
  get id(): string {
    return "a1";
  }
  readonly notes: readonly string[] = [];
  save(): void {}
}

holds<Equal<Id, string | number | bigint>>();
holds<Equal<Principal["id"], Id>>();
// An id of its own or of its class, of each type.
const account = authenticate({ token }, () => new Account());
holds<Equal<ValueOf<typeof account>, Account>>();
const numbered = authenticate({ token }, async () => ({ id: 7 }));
holds<Equal<ValueOf<typeof numbered>, { id: number }>>();
const big = authenticate({ token }, () => (flip ? { id: 7n } : null));
holds<Equal<ValueOf<typeof big>, { id: bigint }>>();
// Inside identified() the subject of the credential is the id.
const claims = some<Claims>();
const subject = authenticate({ token }, () => identified(claims, claims));
holds<Equal<ValueOf<typeof subject>, Claims>>();
holds<Equal<IsAny<ValueOf<typeof subject>>, false>>();
const named = authenticate({ token }, () => identified({ name: "svc" }, { sub: "c1", scope: "notes:read" }));
holds<Equal<ValueOf<typeof named>, { name: string }>>();
get("/a", { deps: { named: scopes(named, "notes:read") } }, ({ named }) => named.name);
holds<Equal<Extract<KnownOf<typeof named>, "scoped">, "scoped">>();
// A problem ends the request, whatever the verb.
const limited = authenticate({ token }, () => (flip ? some<User>() : problem(429, "slow_down", "Wait.")));
holds<Equal<ValueOf<typeof limited>, User>>();
const hidden = authenticate({ token }, () => (flip ? some<User>() : notFound()));
holds<Equal<ValueOf<typeof hidden>, User>>();

// Answers of a check.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants), or undefined to refuse
authenticate({ token }, () => true);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => flip);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, async () => flip);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => token.reveal() === "secret");
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? some<User>() : false));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => ({ allowed: flip }));
// @ts-expect-error Type 'boolean' is not assignable to type 'Id'
authenticate({ token }, () => ({ id: flip }));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => z.object({ id: z.literal("root") }).safeParse({ id: token.reveal() }));
// A list of found rows: an empty one is found, too.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<User[]>().filter((user) => user.isActive));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, async () => some<readonly User[]>());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<Map<string, User>>());
// Failures and answers that are returned, not thrown.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? some<User>() : new InvalidCredential("unknown")));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? some<User>() : reply(403, {})));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? some<User>() : stream(["x"], { type: "text/plain" })));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? some<User>() : new Response("", { status: 401 })));
// Values that are not objects.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => "u1");
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<string | undefined>());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => 7);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<unknown>());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<object>());
// The credential, and a method that was not called.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => token);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, async ({ token }) => token);
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => token.reveal());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<{ me(): User }>().me);
// An id that may be absent, and no id.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<{ readonly id?: string }>());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => some<{ readonly id: string | null }>());
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => ({ name: "svc" }));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => (flip ? { kind: "user", id: "u1" } : { kind: "service", name: "s" }));

// Grants do not make a principal of another value.
// @ts-expect-error Type 'undefined' is not assignable to type 'OneRecord'
authenticate({ token }, () => identified(some<User | undefined>(), { sub: "u1" }));
// @ts-expect-error Argument of type 'null' is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(null, { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(some<User[]>(), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(new InvalidCredential("unknown"), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(some<Promise<User>>(), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(z.object({ id: z.string() }).safeParse({}), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(some<Response>(), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified("u1", { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, ({ token }) => identified(token, { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(reply(403, {}), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(() => some<User>(), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'OneRecord'
authenticate({ token }, () => identified(stream(["x"], { type: "text/plain" }), { sub: "u1" }));
