/**
 * Cross-site requests with a credential that a browser attaches by itself (C-01, C-02, C-04 to C-06, C-08, C-10, C-12 to C-14).
 */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest, problems } from "../host-under-test.ts";
import { trustedOrigin } from "../suite-api.ts";
import { serviceKey, tokenOf } from "../world.ts";

const cookie = ["cookie", `__Host-session=${tokenOf("alice")}`] as const;
const evil = ["origin", "https://evil.test"] as const;
const trusted = ["origin", trustedOrigin] as const;
const site = (value: string) => ["sec-fetch-site", value] as const;
type Headers = readonly (readonly [string, string])[];

/** Facts about cross-site requests. */
export const crossSiteBehaviours: readonly Behaviour[] = [
  behaviour("a form of another site is 403, and its cookie is never verified (C-01)", async (host) => {
    await refused(host, [evil]);
    await refused(host, [evil, ["content-type", "application/x-www-form-urlencoded"]]);
    await allowed(host, [trusted]);
  }),
  behaviour("a cookie with neither Sec-Fetch-Site nor Origin is 403 (C-02)", (host) => refused(host, [])),
  behaviour("Sec-Fetch-Site decides: same-origin and none pass, and every other value is 403 (C-04)", async (host) => {
    await allowed(host, [site("same-origin")]);
    await allowed(host, [site("none")]);
    await allowed(host, [site("same-site"), trusted]);
    for (const value of ["cross-site", "same-site", "Same-Origin", "bogus", "", "same-origin,none"])
      await refused(host, [site(value)]);
    await refused(host, [site("same-origin"), site("cross-site")]);
    await refused(host, [site("cross-site"), evil]);
  }),
  behaviour("the content type makes no difference (C-05)", async (host) => {
    const types = [
      "text/plain",
      "TEXT/PLAIN",
      "Application/X-WWW-Form-Urlencoded",
      "application/json;",
      "multipart/form-data; boundary=x",
      "text/plain; application/json",
      "application/json",
    ];
    for (const type of types) await refused(host, [evil, ["content-type", type]], "/session/body");
    expectJson(
      await host.ask("POST", "/session/body", {
        headers: [cookie, trusted, ["content-type", "application/json"]],
        body: '{"text":"a"}',
      }),
      { id: "alice" },
    );
    const plain = await host.ask("POST", "/session/body", {
      headers: [cookie, trusted, ["content-type", "text/plain"]],
      body: '{"text":"a"}',
    });
    assert.equal(plain.status, 415);
  }),
  behaviour("a Referer is never enough (C-06)", async (host) => {
    for (const referer of [`${trustedOrigin}/`, `https://evil.test/${trustedOrigin}`]) await refused(host, [["referer", referer]]);
  }),
  behaviour("another method in a header or the query does not make a request safe (C-08)", async (host) => {
    await refused(host, [evil, ["x-http-method-override", "GET"]]);
    expectProblem(await host.ask("POST", "/session?_method=GET", { headers: [cookie, evil] }), 403, problems.crossSite);
  }),
  behaviour("a safe method is not checked", async (host) => {
    for (const method of ["GET", "HEAD"])
      assert.equal((await host.ask(method, "/session", { headers: [cookie, evil, site("cross-site")] })).status, 200);
  }),
  behaviour("a request with a credential that the caller attached is not checked (C-12)", async (host) => {
    const bearer = ["authorization", `Bearer ${tokenOf("bob")}`] as const;
    expectJson(await host.ask("POST", "/either", { headers: [bearer, evil, site("cross-site")] }), { via: "user", id: "bob" });
    expectJson(await host.ask("POST", "/either", { headers: [bearer, cookie, evil, site("cross-site")] }), {
      via: "user",
      id: "bob",
    });
    expectJson(await host.ask("POST", "/either", { headers: [["x-api-key", serviceKey], evil] }), {
      via: "service",
      id: "service",
    });
    expectProblem(await host.ask("POST", "/either", { headers: [cookie, evil] }), 403, problems.crossSite);
  }),
  behaviour("an origin is compared as a whole (C-13)", async (host) => {
    const others = [
      "https://app.test.evil.com",
      "https://evilapp.test",
      "http://app.test",
      "https://app.test:8443",
      "https://app.test@evil",
      "https://app.test.",
      "https://xn--pp-eka.test",
      "HTTPS://APP.TEST",
      "https://app.test/",
      "null",
      "",
      `${trustedOrigin}, ${trustedOrigin}`,
    ];
    for (const origin of others) await refused(host, [["origin", origin]]);
    await refused(host, [trusted, evil]);
    await refused(host, [trusted, trusted]);
  }),
  behaviour("Host and a proxy's forwarding headers make no difference (C-14)", async (host) => {
    for (const name of ["x-forwarded-host", "x-original-host", "forwarded"]) await refused(host, [evil, [name, "evil.test"]]);
    await refused(host, [["origin", "http://127.0.0.1"]]);
  }),
  behaviour(
    "a public route with sameSite() refuses other sites: no body is read, no cookie is set, and an event is reported (C-10)",
    async (host) => {
      for (const headers of [[evil], [site("cross-site")], [site("same-site")], [], [trusted, evil]]) {
        const { handled, events } = await host.observe(async () => {
          // The answer does not say that this is not JSON.
          expectProblem(await host.ask("POST", "/sign-in", { headers, body: "{" }), 403, problems.crossSite);
        });
        assert.deepEqual([handled, events.map(({ type }) => type)], [[], ["request.cross_site"]]);
      }
      for (const headers of [[trusted], [site("same-origin")], [site("none")]]) {
        const json = ["content-type", "application/json"] as const;
        const answer = await host.ask("POST", "/sign-in", { headers: [...headers, json], body: '{"text":"a"}' });
        assert.deepEqual([answer.status, answer.headers["set-cookie"]?.length], [204, 1]);
      }
      for (const method of ["GET", "HEAD"])
        assert.equal((await host.ask(method, "/sign-in", { headers: [evil, site("cross-site")] })).status, 200);
    },
  ),
  behaviour("Basic passes unless a header says that another site sends the request", async (host) => {
    const basic = ["authorization", `Basic ${btoa(`alice:${serviceKey}`)}`] as const;
    for (const headers of [[], [trusted], [site("same-origin")], [site("none")]])
      expectJson(await host.ask("POST", "/login", { headers: [basic, ...headers] }), { id: "alice" });
    for (const headers of [[evil], [site("cross-site")], [site("same-site")]])
      expectProblem(await host.ask("POST", "/login", { headers: [basic, ...headers] }), 403, problems.crossSite);
  }),
];

async function refused(host: HostUnderTest, headers: Headers, path = "/session"): Promise<void> {
  const { calls } = await host.observe(async () => {
    expectProblem(await host.ask("POST", path, { headers: [cookie, ...headers] }), 403, problems.crossSite);
  });
  assert.deepEqual(calls, [], JSON.stringify(headers));
}

async function allowed(host: HostUnderTest, headers: Headers): Promise<void> {
  expectJson(await host.ask("POST", "/session", { headers: [cookie, ...headers] }), { id: "alice" });
}
