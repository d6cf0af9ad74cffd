/** Challenges that contain a nonce: each answer has one of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, createApi, get, Redacted } from "../index.ts";
import { scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

function apiWith(makeNonce: () => string, freshChallenge: boolean) {
  const proof = scheme({
    name: "Proof",
    place: "header x-proof",
    ambient: false,
    extract: ({ request }) => (request.headers("x-proof").length === 0 ? undefined : new Redacted(request.headers("x-proof")[0])),
    challenge: ({ realm, error }) => buildChallenge("Proof", { realm, nonce: makeNonce(), error }),
    freshChallenge,
    openapi: { type: "apiKey", in: "header", name: "X-Proof" },
  });
  const caller = authenticate({ proof }, ({ proof }) => (proof.reveal() === "good" ? { id: "a" } : undefined));
  const routes = [get("/", { deps: { caller } }, ({ caller }) => caller.id)];
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes });
  return async (sent?: string) => {
    const headers: Record<string, string> = sent === undefined ? {} : { "x-proof": sent };
    const { status, headers: answered } = await api.fetch(new Request("http://x/", { headers }));
    return [status, answered.get("www-authenticate")];
  };
}

const counter = () => {
  let count = 0;
  return () => String((count += 1));
};

test("a fresh challenge is made for each answer, and none when the API starts", async () => {
  const ask = apiWith(counter(), true);
  assert.deepEqual(await ask(), [401, 'Proof realm="t", nonce="1"']);
  assert.deepEqual(await ask(), [401, 'Proof realm="t", nonce="2"']);
  assert.deepEqual(await ask("wrong"), [401, 'Proof realm="t", nonce="3", error="invalid_token"']);
  assert.deepEqual(await ask("good"), [200, null]);
  assert.deepEqual(await ask(), [401, 'Proof realm="t", nonce="4"']);
});

test("any other challenge is made once for its details", async () => {
  const ask = apiWith(counter(), false);
  const [first, second, other] = [await ask(), await ask(), await ask("wrong")];
  assert.deepEqual(first, second);
  assert.notDeepEqual(other, first);
});

for (const [what, nonce] of [
  ["throws", () => assert.fail("no nonces left")],
  ["returns what a header cannot hold", () => "é"],
] as const) {
  test(`a fresh challenge that ${what} is reported, and the answer is the 401 without it`, async (t) => {
    const lines = t.mock.method(console, "error", () => {}).mock;
    assert.deepEqual(await apiWith(nonce, true)(), [401, null]);
    assert.deepEqual(await apiWith(nonce, true)("wrong"), [401, null]);
    const told = lines.calls.map(({ arguments: [line] }) => String(line).split(":")[0]);
    assert.deepEqual(
      told,
      Array.from({ length: 2 }, () => 'The challenge of the scheme "Proof" failed on GET /'),
    );
  });
}
