/** `any` protects nothing. If it swallows the rule itself (a specification, a whole record of a verb), start-up refuses. */
import { anyOf, authenticate, authorize, get, group, owned, permitted, type Dependency } from "lockstep";
import { some } from "./assert.ts";
import { activeUser, client, id, token } from "./example.ts";

// oxlint-disable-next-line typescript/no-explicit-any
type Whatever = any;
declare const whatever: Whatever;

// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: whatever } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: whatever }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ whatever, client }) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
group({ prefix: "/v1", deps: { whatever } }).get("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
group({ prefix: "/v1", deps: whatever }).get("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: token as Dependency<Whatever, Whatever> } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: some<never>() }, () => 1);
// It may hide an id, beside a protection too.
// @ts-expect-error check every id below with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, whatever } }, () => 1);
// @ts-expect-error check every id below with owned(), permitted() or unowned()
get("/a", { public: "reason", deps: { whatever } }, () => 1);
// @ts-expect-error check every id below with owned(), permitted() or unowned()
get("/a/:id", { deps: { user: activeUser, id: id as Whatever } }, () => 1);
// @ts-expect-error authenticate(): add a security scheme
authenticate({ whatever }, () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ whatever }, () => ({ id: "u1" }));
// @ts-expect-error owned(): add an authenticated dependency
owned({ id, whatever }, some<() => { a: 1 }>(), () => true);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, whatever }, () => ({ a: 1 }));
