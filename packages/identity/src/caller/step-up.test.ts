/** `stepUp()` over the callers of identity: their tokens and sessions say when the user signed in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, get, scopes, stepUp, unchecked } from "lockstep";
import { answerOf, openIdentityApi, requestOf, textIn } from "../identity.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";

describeOnEach("stepUp()", (kind) => {
  test("accepts a token and a session for as long as the sign-in is recent, and no API key", async (t) => {
    const app = await openIdentityApi(t, await kind.open(t));
    const { auth, clock } = app;
    const reader = scopes(auth.currentUser, "notes:read");
    const api = createApi({
      title: "Payments",
      version: "1",
      clock: clock.read,
      audit: () => {},
      routes: [
        get("/read", { deps: { user: reader }, response: unchecked("a test") }, ({ user }) => user),
        get(
          "/pay",
          { deps: { user: stepUp(reader, { maxAgeSeconds: 300, clockToleranceSeconds: 0 }) }, response: unchecked("a test") },
          ({ user }) => user,
        ),
      ],
    });
    const ada = await app.account("ada");
    const { access: token } = await app.signIn(ada);
    const cookie = await app.session(ada);
    const made = await app.ask("POST", "/auth/api-keys", { token, json: { name: "k", scopes: ["notes:read"] } });
    const callers = { token: { token }, session: { cookie }, key: { key: textIn(made, "key") } };
    const codes = async (path: string) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(callers).map(async ([name, ask]) => {
            const { status, body } = await answerOf(await api.fetch(new Request(`https://as.test${path}`, requestOf("GET", ask))));
            return [name, body["code"] ?? status] as const;
          }),
        ),
      );
    const old = "insufficient_user_authentication";
    assert.deepEqual(await codes("/pay"), { token: 200, session: 200, key: old });
    clock.advance(299);
    assert.deepEqual(await codes("/pay"), { token: 200, session: 200, key: old });
    clock.advance(2);
    assert.deepEqual(await codes("/pay"), { token: old, session: old, key: old });
    assert.deepEqual(await codes("/read"), { token: 200, session: 200, key: 200 }, "the control");
  });
});
