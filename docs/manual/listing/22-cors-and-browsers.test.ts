import assert from "node:assert/strict";
import { test } from "node:test";
import { BuildError, createApi } from "lockstep";
import { api, openApi, sessions } from "./22-cors-and-browsers.ts";
import { ask, type Answer, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const token = await tokenOf("alice");
const cookie = `__Host-session=${crypto.randomUUID()}`;
sessions.set(cookie.slice("__Host-session=".length), "alice");
const json = { text: "Buy milk" };

const cors = ({ headers }: Answer): object =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
const preflightOf = (origin: string) =>
  ask(api, "OPTIONS /notes", {
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type" },
  });

test("a preflight from a listed origin names the methods and headers of the route; another one gets nothing", async () => {
  // #region preflight
  assert.deepEqual(cors(await preflightOf("https://app.notes.example")), {
    "access-control-allow-origin": "https://app.notes.example",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, HEAD, POST",
    "access-control-allow-headers": "authorization, content-type, x-request-id",
    "access-control-max-age": "600",
  });
  assert.deepEqual(cors(await preflightOf("https://evil.example")), {});
  assert.deepEqual(cors(await preflightOf("https://app.notes.example.evil.example")), {});
  // #endregion
  for (const origin of ["capacitor://localhost", "http://localhost:5173"])
    assert.notDeepEqual(cors(await preflightOf(origin)), {}, origin);
  for (const origin of ["null", "http://app.notes.example", "https://app.notes.example:8443"])
    assert.deepEqual(cors(await preflightOf(origin)), {}, origin);
});

test("a page of a listed origin may read the headers that the route declares", async () => {
  const { headers } = await ask(api, "GET /notes", { token, headers: { origin: "https://app.notes.example" } });
  assert.equal(headers.get("vary"), "Origin");
  assert.ok(headers.get("access-control-expose-headers")?.split(", ").includes("X-Total-Count"));
  const other = await ask(api, "GET /notes", { token, headers: { origin: "https://evil.example" } });
  assert.deepEqual(cors(other), {});
  const refused = await ask(api, "GET /notes", { headers: { origin: "https://app.notes.example" } });
  assert.equal(refused.status, 401);
  assert.notDeepEqual(cors(refused), {}, "a page reads why it was refused");
});

test("a write with a cookie must come from the API's own pages; a bearer token needs no such rule", async () => {
  // #region cross-site
  const write = (headers: Record<string, string>) => outcome(api, "POST /notes", { json, headers: { cookie, ...headers } });
  assert.equal(await write({ origin: "https://app.notes.example", "sec-fetch-site": "same-site" }), "201");
  assert.equal(await write({ "sec-fetch-site": "same-origin" }), "201");

  assert.equal(await write({ origin: "https://evil.example", "sec-fetch-site": "cross-site" }), "403 cross_site");
  assert.equal(await write({ origin: "https://blog.notes.example", "sec-fetch-site": "same-site" }), "403 cross_site");
  assert.equal(await write({}), "403 cross_site"); // neither header: not a browser of today

  // A page cannot make a browser attach a token, so there is nothing to forge.
  assert.equal(await outcome(api, "POST /notes", { json, token, headers: { origin: "https://evil.example" } }), "201");
  // #endregion
});

test("an API for every page sends no cookies, and a credential that a browser attaches is not allowed there", async () => {
  const answer = await ask(openApi, "GET /weather", { headers: { origin: "https://evil.example" } });
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.equal(answer.headers.get("access-control-allow-credentials"), null);
  assert.throws(
    () => createApi({ title: "t", version: "1", routes: [], cors: { origins: "*", credentials: true } }),
    (error: unknown) => error instanceof BuildError && error.code === "wrong_option",
  );
});

test("an origin that no browser sends does not start", () => {
  for (const origin of ["https://app.notes.example/", "app.notes.example", "https://*.notes.example", "null"])
    assert.throws(() => createApi({ title: "t", version: "1", routes: [], origins: [origin] }), { code: "wrong_option" });
});

test("an answer that is not a page lets nothing run, and cannot be framed", async () => {
  const { headers } = await ask(api, "GET /notes", { token });
  assert.equal(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});
