import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { authenticate, createApi, get, Redacted, reply, unchecked } from "lockstep";
import { newSecret } from "../secret/opaque-token.ts";
import { testSettings } from "../settings.fixture.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { endedCookie, sessionCookie, sessionScheme } from "./session-cookie.ts";
import { checkAnswer } from "./session.fixture.ts";

const { settings } = testSettings(openSqlite(":memory:"));
const demo = { ...settings, insecureCookies: true };

/** An answer that sets the cookies. */
async function sent(...cookies: ReturnType<typeof sessionCookie>[]): Promise<Response> {
  const options = { cookies, headers: { "cache-control": "no-store" } };
  const routes = [get("/", { public: "test", response: unchecked("a test") }, () => reply(200, {}, options))];
  return createApi({ title: "t", version: "1", routes }).fetch(new Request("https://api.test/"));
}

describe("the session's cookie", () => {
  test("has the prefix __Host- and every protecting attribute (S-08)", async () => {
    const secret = newSecret();
    const response = await sent(sessionCookie(settings, secret), endedCookie(settings));
    assert.deepEqual(response.headers.getSetCookie(), [
      `__Host-session=${secret.reveal()}; Path=/; Max-Age=604800; SameSite=Lax; Secure; HttpOnly`,
      "__Host-session=; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly",
    ]);
    checkAnswer(response, { isAuthenticated: false, settings });
  });

  test("has another name and no Secure in the demo on loopback", async () => {
    const response = await sent(sessionCookie(demo, new Redacted("x")));
    assert.deepEqual(response.headers.getSetCookie(), ["session=x; Path=/; Max-Age=604800; SameSite=Lax; HttpOnly"]);
    checkAnswer(response, { isAuthenticated: false, settings: demo });
  });

  test("the check of every answer finds each missing attribute (S-08)", async () => {
    const cookie = sessionCookie(settings, newSecret());
    const flawed = [
      { ...cookie, httpOnly: false },
      { ...cookie, path: "/auth", name: "s" },
      { ...cookie, name: "s" },
    ];
    flawed.push({ ...cookie, name: "s", secure: false }, { ...cookie, sameSite: "None" });
    for (const each of flawed) {
      const response = await sent(each);
      assert.throws(() => checkAnswer(response, { isAuthenticated: false, settings }), assert.AssertionError, JSON.stringify(each));
    }
  });

  test("is documented as the scheme Session", () => {
    const user = authenticate({ session: sessionScheme(settings) }, () => undefined as { readonly id: string } | undefined);
    const { components } = createApi({
      title: "t",
      version: "1",
      routes: [get("/me", { deps: { user }, response: unchecked("a test") }, () => ({}))],
    }).openapi();
    assert.deepEqual(components?.securitySchemes, {
      Session: {
        type: "apiKey",
        description: "The cookie of a browser that signed in with `POST /auth/session`.",
        in: "cookie",
        name: "__Host-session",
      },
    });
  });
});
