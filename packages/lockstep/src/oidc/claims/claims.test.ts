/** `claims()` in an API: verified tokens become principals whose roles, scopes and ownership count. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { z } from "zod";
import { authenticate } from "../../access/authenticate.ts";
import { owned } from "../../access/owned.ts";
import { roles } from "../../access/roles.ts";
import { scopes } from "../../access/scopes.ts";
import { type Api, createApi } from "../../api/api.ts";
import type { AuditEvent } from "../../audit/event.ts";
import { optional } from "../../dependency/optional.ts";
import { path } from "../../input/path.ts";
import { identified } from "../../outcome/identified.ts";
import { get, type Route } from "../../route/route.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { oauth2ClientCredentials } from "../../scheme/oauth2-client-credentials.ts";
import * as f from "../../token/token.fixture.ts";
import { byIssuer } from "./by-issuer.ts";
import { claims } from "./claims.ts";
import { keycloak } from "./provider/keycloak.ts";
import { kubernetes } from "./provider/kubernetes.ts";
import { rfc9068 } from "./provider/rfc9068.ts";
import { spiffe } from "./provider/spiffe.ts";

const token = oauth2ClientCredentials({ tokenUrl: "/token", scopes: { "notes:read": "Read", "notes:write": "Write" } });
const events: AuditEvent[] = [];
const serve = (...routes: readonly Route[]): Api =>
  createApi({ title: "t", version: "1", audit: (event) => void events.push(event), routes: [...routes] });

async function ask(api: Api, text: string | undefined, at = "/me"): Promise<readonly [status: number, body: string]> {
  const headers: Record<string, string> = text === undefined ? {} : { authorization: `Bearer ${text}` };
  const response = await api.fetch(new Request(`http://h${at}`, { headers }));
  return [response.status, await response.text()];
}

const ann = { typ: "Bearer", azp: "web", resource_access: { notes: { roles: ["editor", "unheard-of"] } } };
const callers = claims({ issuer: f.verifier(), map: keycloak({ client: "notes" }), roles: ["admin", "editor"] });
const user = callers.authenticate(token);
const me = get("/me", { deps: { user: scopes(user, "notes:read") } }, ({ user }) => user.id);

beforeEach(() => {
  events.length = 0;
});

test("a JWT-SVID without iss is a caller of its trust domain, and one that is nearly right is nobody (R-22)", async () => {
  const issuer = "spiffe://prod.example";
  const svids = f.verifier({ issuer, audience: "notes", typ: "JWT", iat: "optional", withoutIssuer: "trust-domain" });
  const map = spiffe({ trustDomain: "prod.example", allow: [{ path: "/billing", scopes: ["notes:read"] }] });
  const workload = claims({ issuer: svids, map }).authenticate(token);
  const api = serve(get("/me", { deps: { workload: scopes(workload, "notes:read") } }, ({ workload }) => workload.id));
  const svid = (over: object = {}, header: object = {}, signer = f.es256()) =>
    f.compact(
      { alg: "ES256", kid: "k1", typ: "JWT", ...header },
      { sub: `${issuer}/billing`, aud: ["notes"], exp: f.now + 300, ...over },
      signer,
    );
  assert.deepEqual(await ask(api, svid()), [200, `"${issuer}#service:${issuer}/billing"`]);
  const near = {
    "another path": svid({ sub: `${issuer}/other` }),
    "a path below": svid({ sub: `${issuer}/billing/x` }),
    "a slash at the end": svid({ sub: `${issuer}/billing/` }),
    "a dot segment": svid({ sub: `${issuer}/x/../billing` }),
    "another trust domain": svid({ sub: "spiffe://other.example/billing" }),
    "no audience": svid({ aud: undefined }),
    "no end": svid({ exp: undefined }),
    "a secret as its key": svid({}, { alg: "HS256" }, f.hmac(JSON.stringify(f.k1Jwk))),
    "another type": svid({}, { typ: "at+jwt" }),
  };
  for (const [flaw, text] of Object.entries(near)) assert.equal((await ask(api, text))[0], 401, flaw);
});

test("a token of a Kubernetes service account that is nearly right is nobody (R-23)", async () => {
  const pods = f.verifier({ audience: "notes", typ: { absent: true } });
  const map = kubernetes({ allow: [{ namespace: "billing", serviceAccount: "invoicer", scopes: ["notes:read"] }] });
  const pod = claims({ issuer: pods, map }).authenticate(token);
  const api = serve(get("/me", { deps: { pod: scopes(pod, "notes:read") } }, ({ pod }) => pod.id));
  const about = { namespace: "billing", serviceaccount: { name: "invoicer", uid: "5c1a" }, pod: { name: "p", uid: "1d3b" } };
  const tokenOf = (over: object = {}) =>
    f.compact(
      { alg: "ES256", kid: "k1" },
      f.goodClaims({ sub: "system:serviceaccount:billing:invoicer", aud: ["notes"], "kubernetes.io": about, ...over }),
    );
  assert.deepEqual(await ask(api, tokenOf()), [200, `"${f.issuer}#service:system:serviceaccount:billing:invoicer"`]);
  const legacy = { "kubernetes.io/serviceaccount/namespace": "billing", "kubernetes.io": undefined };
  const near = {
    "a legacy token without end and audience": tokenOf({ ...legacy, exp: undefined, aud: undefined, iat: undefined }),
    "one without end": tokenOf({ exp: undefined }),
    "one without an audience": tokenOf({ aud: undefined }),
    "one for the cluster's own API": tokenOf({ aud: ["https://kubernetes.default.svc"] }),
    "one that a pod has by default, for a year": tokenOf({ exp: f.now + 31_536_000 }),
    "one of another namespace": tokenOf({ sub: "system:serviceaccount:other:invoicer" }),
  };
  for (const [flaw, text] of Object.entries(near)) assert.equal((await ask(api, text))[0], 401, flaw);
});

describe("claims()", () => {
  test("makes a principal that opens routes, with the scopes of the token", async () => {
    const write = get("/write", { deps: { user: scopes(user, "notes:write") } }, ({ user }) => user.id);
    const api = serve(me, write);
    assert.deepEqual(await ask(api, f.token({}, ann)), [200, '"https://as.test#user:alice"']);
    assert.equal((await ask(api, f.token({}, ann), "/write"))[0], 403);
    assert.deepEqual(await ask(api, f.token({}, { ...ann, scope: "notes:write" }), "/write"), [
      200,
      '"https://as.test#user:alice"',
    ]);
    assert.equal((await ask(api, undefined))[0], 401);
  });

  test("refuses claims that the map does not know with 401, and says in the audit log which one", async () => {
    const api = serve(me);
    assert.equal((await ask(api, f.token({}, ann)))[0], 200);
    assert.equal(events.length, 0);
    const [status, body] = await ask(api, f.token({}, { ...ann, typ: "ID" }));
    assert.equal(status, 401);
    assert.ok(!body.includes("keycloak"), body);
    const [event] = events;
    assert.ok(event?.type === "authentication.failed");
    assert.equal(event.reason, 'the claim "typ" has a value that is not accepted (claims map keycloak, setting require)');
  });

  test("keeps the roles of the application, for roles()", async () => {
    const role = roles({ admin: ["editor"], editor: [] }, user, ({ roles: held }) => held);
    const api = serve(
      get("/edit", { deps: { user: role.require("editor"), asked: scopes(user, "notes:read") } }, ({ user }) =>
        user.roles.join(" "),
      ),
      get("/admin", { deps: { user: role.require("admin"), asked: scopes(user, "notes:read") } }, ({ user }) => user.id),
    );
    assert.deepEqual(await ask(api, f.token({}, ann), "/edit"), [200, '"editor"']);
    assert.equal((await ask(api, f.token({}, ann), "/admin"))[0], 403);
    assert.equal((await ask(api, f.token({}, { ...ann, resource_access: undefined }), "/edit"))[0], 403);
  });

  test("compares owners with the id, so a client that is called like a person owns nothing of theirs", async () => {
    const people = claims({ issuer: f.verifier(), map: rfc9068() }).authenticate(httpBearer());
    const note = owned(
      { id: path("id", z.string()), user: people },
      () => ({ ownerId: "https://as.test#user:job" }),
      (it) => it.ownerId,
    );
    const api = serve(get("/notes/:id", { deps: { note } }, () => "text"));
    assert.equal((await ask(api, f.token({}, { sub: "job", client_id: "web" }), "/notes/1"))[0], 200);
    assert.equal((await ask(api, f.token({}, { sub: "job", client_id: "job" }), "/notes/1"))[0], 404);
    const [hidden] = events;
    assert.deepEqual([hidden?.type, hidden?.subjects], ["object.hidden", ["https://as.test#client:job"]]);
  });

  test("hands the caller to an authenticate() of your own, which may refuse it", async () => {
    const accounts = new Map([["https://as.test#user:alice", { id: 7, name: "Alice" }]]);
    const account = authenticate({ caller: callers.of(token) }, ({ caller }) => {
      const found = accounts.get(caller.principal.id);
      return found && identified(found, caller.grants);
    });
    const same = authenticate({ caller: callers.of(token) }, ({ caller }) => caller);
    const api = serve(
      get("/account", { deps: { user: scopes(account, "notes:read") } }, ({ user }) => user.name),
      get("/same", { deps: { user: scopes(same, "notes:read") } }, ({ user }) => user.subject),
    );
    assert.deepEqual(await ask(api, f.token({}, ann), "/account"), [200, '"Alice"']);
    assert.deepEqual(await ask(api, f.token({}, ann), "/same"), [200, '"alice"']);
    assert.equal((await ask(api, f.token({}, { ...ann, sub: "bob" }), "/account"))[0], 401);
  });

  test("is asked after the token was verified, and for no other token", async () => {
    const api = serve(me);
    assert.equal((await ask(api, f.token({}, { ...ann, typ: "ID", exp: f.now - 60, iat: f.now - 120 })))[0], 401);
    assert.ok(events[0]?.type === "authentication.failed");
    assert.equal(events[0].reason, "expired");
  });

  test("is undefined under optional() if no token was sent; a token that the map refuses is still 401", async () => {
    const greeting = get("/", { public: "greets strangers", deps: { caller: optional(callers.of(token)) } }, ({ caller }) =>
      caller === undefined ? "stranger" : caller.principal.subject,
    );
    const api = serve(greeting);
    assert.deepEqual(await ask(api, undefined, "/"), [200, '"stranger"']);
    assert.deepEqual(await ask(api, f.token({}, ann), "/"), [200, '"alice"']);
    assert.equal((await ask(api, f.token({}, { ...ann, typ: "ID" }), "/"))[0], 401);
  });

  test("returns the same dependency for the same scheme", () => {
    assert.equal(callers.authenticate(token), user);
    assert.equal(callers.of(token), callers.of(token));
    assert.notEqual(callers.of(token), callers.of(httpBearer()));
  });

  test("wants a verifier, a map and a scheme, and says so (the types do, but JavaScript comes here)", () => {
    const issuer = f.verifier();
    const map = keycloak();
    const make = claims as (options: unknown) => unknown;
    assert.throws(() => make({ map }), { code: "wrong_option", message: /^claims\(\): set issuer to a verifier/ });
    assert.throws(() => make({ issuer: {}, map }), { code: "wrong_option", message: /^claims\(\): set issuer/ });
    assert.throws(() => make({ issuer }), { code: "wrong_option", message: /^claims\(\): set map to a claims map/ });
    assert.throws(() => make({ issuer, map: keycloak }), { code: "wrong_option", message: /^claims\(\): set map/ });
    assert.throws(() => make({ issuer, map, roles: "admin" }), { code: "wrong_option", message: /^claims\(\): set roles/ });
    assert.ok(make({ issuer, map, roles: [] }));
    // @ts-expect-error Pass a security scheme to claims()
    assert.throws(() => callers.authenticate(user), { code: "wrong_dependency" });
  });
});

describe("byIssuer()", () => {
  const map = byIssuer({ "https://as.test": rfc9068(), "https://other.test": keycloak() });

  test("reads each token with the map of its issuer", async () => {
    for (const [issuer, more] of [
      ["https://as.test", { client_id: "web" }],
      ["https://other.test", { typ: "Bearer" }],
    ] as const) {
      const people = claims({ issuer: f.verifier({ issuer }), map }).authenticate(httpBearer());
      const api = serve(get("/me", { deps: { people } }, ({ people: who }) => who.id));
      assert.deepEqual(await ask(api, f.token({}, { iss: issuer, ...more })), [200, `"${issuer}#user:alice"`]);
    }
  });

  test("refuses an issuer that it does not have, also one that begins like one", async () => {
    for (const issuer of ["https://as.test/", "https://as.test.evil", "constructor"]) {
      const people = claims({ issuer: f.verifier({ issuer }), map }).authenticate(httpBearer());
      const api = serve(get("/me", { deps: { people } }, ({ people: who }) => who.id));
      events.length = 0;
      assert.equal((await ask(api, f.token({}, { iss: issuer, client_id: "web", typ: "Bearer" })))[0], 401);
      assert.ok(events[0]?.type === "authentication.failed");
      assert.equal(events[0].reason, 'the claim "iss" is not an issuer of the claims map byIssuer');
    }
  });

  test("wants maps", () => {
    const make = byIssuer as (maps: unknown) => unknown;
    for (const wrong of [undefined, {}, { a: 1 }, { a: keycloak }, { a: undefined }]) {
      assert.throws(() => make(wrong), { code: "wrong_option", message: /^byIssuer\(\): pass a record/ });
    }
  });
});

test("the caller of a token is read once, however many requests it comes with", async () => {
  let reads = 0;
  const map = keycloak({ client: "notes" });
  const counting = { name: map.name, read: (from: Parameters<typeof map.read>[0]) => ((reads += 1), map.read(from)) };
  const counted = claims({ issuer: f.verifier(), map: counting }).authenticate(token);
  const api = serve(get("/me", { deps: { user: scopes(counted, "notes:read") } }, ({ user }) => user.id));
  const [text, other] = [f.token({}, ann), f.token({}, { ...ann, jti: "t2" })];
  for (let time = 0; time < 3; time += 1) assert.equal((await ask(api, text))[0], 200);
  assert.equal(reads, 1);
  assert.equal((await ask(api, other))[0], 200);
  assert.equal(reads, 2);
});
