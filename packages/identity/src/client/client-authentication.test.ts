import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { type Answer, basic, type Desk, fiftyTimes, openDesk, password, refused } from "../grant/token-desk.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { decodeCredentials } from "./client-authentication.ts";

const grant = { grant_type: "client_credentials" };

function rawBasic(text: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

function reasons({ events }: Desk): readonly unknown[] {
  return events.flatMap((event) => (event.type === "client.refused" ? [event.reason] : []));
}

test("both parts of Basic are form-encoded (H-12)", () => {
  const decoded = (username: string, password: string): readonly (string | undefined)[] => {
    const read = decodeCredentials(new Redacted({ username, password }));
    return [read?.id, read?.secret.reveal()];
  };
  assert.deepEqual(decoded("a%3Ab", "p%25%2B+%C3%A9"), ["a:b", "p%+ é"]);
  assert.deepEqual(decoded("a", "p%+ é"), [undefined, undefined]);
  assert.deepEqual(decoded("%ff", "p"), [undefined, undefined]);
});

describeOnEach("Authenticating a client by its secret", (database) => {
  test("accepts the encoded form, and no colon in the id (H-12)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { client, secret } = await desk.client({ id: "reports-1", grants: ["client_credentials"] });
    const text = secret?.reveal() ?? "";
    const percent = (part: string): string => [...part].map((each) => `%${each.charCodeAt(0).toString(16)}`).join("");
    assert.equal((await desk.token(grant, basic(client.id, text))).status, 200);
    assert.equal((await desk.token(grant, rawBasic(`${client.id}:${text}`))).status, 200);
    assert.equal((await desk.token(grant, rawBasic(`${percent(client.id)}:${percent(text)}`))).status, 200);
    for (const wrong of [`a:b:${text}`, `reports-1:x:${text}`, `reports-1%:${text}`, `a%3Ab:${text}`, `reports-1:p%+ é`]) {
      refused(await desk.token(grant, rawBasic(wrong)), "invalid_client", 401);
    }
  });

  test("a client that is not authenticated is invalid_client, with a challenge if Basic was used (A-29)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const svc = await desk.client({ id: "svc", grants: ["client_credentials"] });
    const other = await desk.client({ grants: ["client_credentials"] });
    const [secret, others] = [svc.secret?.reveal() ?? "", other.secret?.reveal() ?? ""];
    const challenged = async (headers: Readonly<Record<string, string>>): Promise<Answer> => {
      const answer = await desk.token(grant, headers);
      refused(answer, "invalid_client", 401);
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm=/);
      return answer;
    };
    const answers = [
      await challenged(basic("svc", `${secret}x`)),
      await challenged(basic("svc", others)),
      await challenged(basic("svc", "")),
      await challenged(basic("nobody", secret)),
      await challenged(basic("a\u00e9", secret)),
    ];
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    await challenged({ authorization: "Basic !" });
    await challenged(rawBasic(`svc\u0000:${secret}`));

    for (const fields of [grant, { ...grant, client_id: "svc" }, { ...grant, client_id: "nobody" }]) {
      const answer = await desk.token(fields);
      refused(answer, "invalid_client", 401);
      assert.equal(answer.headers.get("www-authenticate"), null);
    }
    refused(await desk.post(`/auth/token?client_id=svc&client_secret=${secret}`, grant), "invalid_client", 401);
    refused(await desk.token({ ...grant, client_id: "svc", client_secret: secret }), "invalid_client", 401);
    refused(await desk.token({ ...grant, client_secret: secret }, svc.basic), "invalid_request");
    refused(await desk.token({ ...grant, client_id: other.client.id }, svc.basic), "invalid_request");
    assert.equal((await desk.token({ ...grant, client_id: "svc" }, svc.basic)).status, 200);
  });

  test("an empty user name with an empty password in Basic counts as no client (RFC 6749 §2.3.1)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const svc = await desk.client({ id: "svc", grants: ["client_credentials"] });
    const spa = await desk.client({ id: "spa", authentication: "none", grants: ["password"] });
    const user = { grant_type: "password", username: "alice@example.com", password };
    const empty = rawBasic(":");
    assert.equal((await desk.token(user)).status, 200, "the control: no client");
    assert.equal((await desk.token(user, empty)).status, 200);
    assert.equal((await desk.token({ ...user, client_id: spa.client.id }, empty)).status, 200);
    assert.equal((await desk.token({ ...grant }, svc.basic)).status, 200, "the control: a client");
    refused(await desk.token({ ...grant, client_id: "svc" }, empty), "invalid_client", 401);
    refused(await desk.token({ ...user, client_id: "nobody" }, empty), "invalid_client", 401);
    for (const wrong of ["nobody:", "svc:", ":secret"]) refused(await desk.token(user, rawBasic(wrong)), "invalid_client", 401);
    refused(await desk.post("/auth/introspect", { token: "x" }, empty), "invalid_client", 401);
  });

  test("the event says the reason and contains no secret (A-29)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const svc = await desk.client({ id: "svc", grants: ["client_credentials"] });
    await desk.client({ id: "spa", authentication: "none" });
    const secret = svc.secret?.reveal() ?? "";
    await desk.token(grant, basic("svc", "wrong-secret"));
    await desk.token(grant, basic("nobody", "wrong-secret"));
    await desk.token(grant, basic("spa", "wrong-secret"));
    await desk.token({ ...grant, client_id: "svc" });
    await desk.token({ ...grant, client_id: "svc", client_secret: secret });
    await desk.clients.disable("svc");
    await desk.token(grant, svc.basic);
    assert.deepEqual(reasons(desk), [
      "wrong_secret",
      "unknown_client",
      "another_method",
      "not_authenticated",
      "secret_in_form",
      "disabled",
    ]);
    const told = JSON.stringify(desk.events);
    assert.ok(!told.includes("wrong-secret") && !told.includes(secret));
  });

  test("above the limit of a network wrong secrets are refused with 429, and the right one never is (A-30)", async (t) => {
    const limit = { attempts: 100, seconds: 600 };
    const desk = await openDesk(t, await database.open(t), { throttle: { client: { wideNetwork: limit } } });
    const svc = await desk.client({ id: "svc", grants: ["client_credentials"] });
    // A success is not counted, so a client that sends many requests is not limited.
    for (let sent = 0; sent < 100; sent += 1) assert.equal((await desk.token(grant, svc.basic)).status, 200);
    const guesses = [
      ...(await fiftyTimes(() => desk.token(grant, basic("svc", "guess")))),
      ...(await fiftyTimes(() => desk.token(grant, basic("svc", "guess")))),
      ...(await fiftyTimes(() => desk.token(grant, basic("svc", "guess")))),
    ];
    const [limited, wrong] = [guesses.filter(({ status }) => status === 429), guesses.filter(({ status }) => status === 401)];
    assert.equal(limited.length + wrong.length, 150);
    assert.equal(wrong.length, 100);
    assert.equal(limited[0]?.body["error"], "temporarily_unavailable");
    assert.ok(Number(limited[0]?.headers.get("retry-after")) > 0);
    assert.equal((await desk.token(grant, svc.basic)).status, 200);
  });
});
