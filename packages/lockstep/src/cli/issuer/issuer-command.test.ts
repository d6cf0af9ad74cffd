/** `lockstep issuer` against a real provider that was not written to fit this package, as a process with real streams. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { type ForeignProvider, job, jwtApi, notesApi, opaqueApi, startProvider } from "../../oidc/foreign-provider.fixture.ts";
import { type Called, call, callProcess, expectFailure, expectReadable } from "../cli.fixture.ts";

describe("an issuer that works", () => {
  let provider: ForeignProvider;
  before(async () => (provider = await startProvider()));
  after(() => provider.close());

  const issuer = (...args: string[]): readonly string[] => ["issuer", provider.issuer, "--allow-loopback", ...args];

  async function tokenFor(resource: string): Promise<string> {
    const answer = await fetch(`${provider.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${job.clientId}:${job.clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: "client_credentials", resource, scope: "notes:read" }),
    });
    const { access_token: token } = (await answer.json()) as { access_token?: unknown };
    assert.ok(typeof token === "string");
    return token;
  }

  test("is explained: discovery, endpoints, keys, abilities, and the settings to paste", async () => {
    const called = await callProcess(issuer("--audience", jwtApi));
    assert.deepEqual([called.exitCode, called.stderr], [0, ""]);
    for (const line of [
      /^ {2}ok {2}OpenID Connect: http:\/\/127\.0\.0\.1:\d+\/\.well-known\/openid-configuration$/m,
      /^ {2}ok {2}RFC 8414: /m,
      /^ {2}ok {2}The metadata names exactly this issuer\.$/m,
      /^ {2}token +http:\/\/127\.0\.0\.1:\d+\/token$/m,
      /^ {2}ok {2}\S{43} {2}EC P-256 {2}ES256, use sig {2}verifies ES256$/m,
      /^ {2}yes {2}PKCE with S256 /m,
      /^ {2}yes {2}DPoP \(RFC 9449\) /m,
      /^ {2}no {3}back-channel logout +signing out there does not reach your API$/m,
      /^ {2}AUTH_AUDIENCE=https:\/\/api\.test\/jwt$/m,
      /^Result {4}it works\.$/m,
    ])
      assert.match(called.stdout, line);
    expectReadable(called.stdout);
  });

  test("its declaration runs, and accepts a token of the issuer", async (t) => {
    const { stdout } = await call(issuer("--audience", jwtApi, "--json"));
    const { declaration, environment } = JSON.parse(stdout) as { declaration: string; environment: Record<string, string> };
    assert.deepEqual(environment, {
      AUTH_ISSUER: provider.issuer,
      AUTH_AUDIENCE: jwtApi,
      AUTH_CLAIMS: "rfc9068",
      AUTH_ALLOW_LOOPBACK_ISSUER: "1",
    });
    const program = `import { createApi, get, httpBearer } from "lockstep";
      ${declaration}
      const caller = callers.authenticate(httpBearer());
      const api = createApi({ title: "t", version: "1", routes: [get("/me", { deps: { caller } }, ({ caller }) => caller.id)] });
      const answer = await api.fetch(new Request("https://a.test/me", { headers: { authorization: "Bearer " + process.argv[2] } }));
      console.log(answer.status, await answer.text());`;
    const token = await tokenFor(jwtApi);
    assert.equal(await runProgram(t, program, token), `200 "${provider.issuer}#client:job"\n`);
    assert.match(await runProgram(t, program, `${token.slice(0, -20)}${"A".repeat(20)}`), /^401 /);
  });

  test("its declaration for tokens that are bound to a key runs, too", async (t) => {
    const { stdout } = await call(issuer("--audience", jwtApi, "--dpop", "--json"));
    const { declaration, environment } = JSON.parse(stdout) as { declaration: string; environment: Record<string, string> };
    assert.equal(environment["AUTH_DPOP"], "required");
    const program = `import { createApi, get } from "lockstep";
      ${declaration}
      const caller = callers.authenticate(token);
      const servers = [{ url: "https://a.test" }];
      const routes = [get("/me", { deps: { caller } }, ({ caller }) => caller.id)];
      const api = createApi({ title: "t", version: "1", routes, servers, audit: () => {} });
      const answer = await api.fetch(new Request("https://a.test/me", { headers: { authorization: "Bearer " + process.argv[2] } }));
      console.log(answer.status, answer.headers.get("www-authenticate"));`;
    // A bearer token is refused, and the challenge asks for a proof.
    assert.match(await runProgram(t, program, await tokenFor(jwtApi)), /^401 DPoP .*algs=/);
  });

  test("its token is read from standard input and accepted, claim by claim, without its signature", async () => {
    const token = await tokenFor(jwtApi);
    const called = await callProcess(issuer("--audience", jwtApi, "--token"), { stdin: `${token}\n` });
    assert.deepEqual([called.exitCode, called.stderr], [0, ""]);
    for (const line of [
      /^ {2}ok {2}typ {2}"at\+jwt"$/m,
      /^ {2}ok {2}aud +"https:\/\/api\.test\/jwt"$/m,
      /^ {2}ok {2}exp +\d+ \(20\d\d-\S+Z, in \d minutes\)$/m,
      /^ {2}- {3}nbf +absent$/m,
      /^ {2}ok {2}scope +"notes:read"$/m,
      /^ {2}ok {2}signature {2}made with this key$/m,
      /^ {2}kind +client$/m,
      /^Result {4}accepted, as http:\/\/127\.0\.0\.1:\d+#client:job\.$/m,
    ])
      assert.match(called.stdout, line);
    hidesSignature(called, token);
    expectReadable(called.stdout);
    const document = JSON.parse((await call(issuer("--audience", jwtApi, "--token", "--json"), { stdin: token })).stdout);
    assert.equal(document.token.isAccepted, true);
    assert.equal(document.token.caller.subject, "job");
  });

  test("its token for another API is refused, and the end says why; without an audience it asks for one", async () => {
    const token = await tokenFor(jwtApi);
    const other = await callProcess(issuer("--audience", "https://billing.test", "--token"), { stdin: token });
    assert.equal(other.exitCode, 1);
    assert.match(other.stdout, /^ {2}no {2}aud +"https:\/\/api\.test\/jwt": another audience\. Request the token for your API/m);
    assert.match(other.stdout, /^Result {4}refused: another audience\.\n$/m);
    hidesSignature(other, token);
    const unknown = await call(issuer("--token"), { stdin: token });
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stdout, /which of these is your API\?/);
    assert.match(unknown.stdout, /^Result {4}refused: another audience\. Pass --audience to check whom it is for\.\n$/m);
  });

  test("a forged token is refused because of its signature alone", async () => {
    const token = await tokenFor(jwtApi);
    assert.equal((await call(issuer("--audience", jwtApi, "--token"), { stdin: token })).exitCode, 0);
    const forged = `${token.slice(0, -30)}${"A".repeat(30)}`;
    const { exitCode, stdout } = await call(issuer("--audience", jwtApi, "--token"), { stdin: forged });
    assert.equal(exitCode, 1);
    assert.match(stdout, /^ {2}no {2}signature {2}the signature does not verify\. The token was changed/m);
    assert.equal(stdout.match(/^ {2}no {2}/gm)?.length, 1);
  });

  test("an opaque token is not sent anywhere, unless --introspect says so", async () => {
    const token = await tokenFor(opaqueApi);
    const called = await callProcess(issuer("--audience", opaqueApi, "--token"), { stdin: token });
    assert.equal(called.exitCode, 1);
    assert.match(called.stdout, /It is opaque: it is not a JWT/);
    assert.match(called.stdout, /It is asked at http:\/\/127\.0\.0\.1:\d+\/token\/introspection\./);
    assert.match(called.stdout, /^Result {4}refused: an opaque token, and no introspection is configured\.$/m);
    assert.ok(!called.stdout.includes(token));
    const ask = ["--audience", opaqueApi, "--token", "--introspect", "--client-id", notesApi.clientId];
    const env = { AUTH_CLIENT_SECRET: notesApi.clientSecret };
    const nameless = await call(issuer(...ask), { stdin: token, env });
    assert.equal(nameless.exitCode, 1);
    assert.match(nameless.stdout, /^Result {4}refused: no subject \(see the option withoutSubject\)\.$/m);
    const asked = issuer(...ask, "--without-subject", "client_id");
    const active = await callProcess(asked, { stdin: token, env });
    assert.deepEqual([active.exitCode, active.stderr], [0, ""]);
    assert.match(active.stdout, /^Result {4}accepted: the issuer says that it is active\.$/m);
    assert.ok(!active.stdout.includes(notesApi.clientSecret));
    const invented = await call(asked, { stdin: "invented", env });
    assert.equal(invented.exitCode, 1);
    assert.match(invented.stdout, /^Result {4}refused: not active\.$/m);
    expectFailure(await call(asked, { stdin: token }), 2, /AUTH_CLIENT_SECRET/);
  });

  test("a token that is an argument is refused and not repeated", async () => {
    const token = await tokenFor(jwtApi);
    for (const args of [issuer("--token", token), issuer(token), issuer(`--token=${token}`), ["issuer", token], [token]]) {
      const called = await call(args);
      assert.equal(called.exitCode, 2, called.stdout);
      assert.match(called.stderr, /^lockstep: [^\n]+\n$/);
      assert.ok(!called.stderr.includes(token.slice(0, 20)));
      assert.equal(called.stdout, "");
    }
    assert.match((await call(issuer("--token", token))).stderr, /a token on standard input only/);
    expectFailure(await call(issuer("--token")), 1, /there is nothing on standard input/);
    expectFailure(await call(issuer("--token"), { stdin: "a".repeat(1_100_000) }), 1, /1 MiB/);
  });

  test("a slash too many is a difference that counts, and both names are shown", async () => {
    const { exitCode, stdout } = await callProcess(["issuer", `${provider.issuer}/`, "--allow-loopback"]);
    assert.equal(exitCode, 1);
    assert.match(
      stdout.replaceAll(/\s+/g, " "),
      /You passed http:\S+\/ and it names http:\S+\d\. They differ in the slash at the end/,
    );
    assert.match(stdout, /^Result {4}it does not work: its metadata names another issuer\.$/m);
    assert.doesNotMatch(stdout, /oidc\(\{/);
  });

  test("on this machine, it has to be allowed, and production never allows it", async () => {
    const without = await call(["issuer", provider.issuer]);
    assert.equal(without.exitCode, 1);
    assert.match(without.stdout, /Add --allow-loopback/);
    expectFailure(await callProcess(issuer(), { env: { NODE_ENV: "production" } }), 1, /Remove `allowLoopback` in production/);
    const named = await call(["issuer", provider.issuer, "--allow-private", "127.0.0.1"]);
    assert.equal(named.exitCode, 0, named.stdout);
    assert.match(named.stdout, /allowPrivateHosts: \["127\.0\.0\.1"\]/);
    assert.match(named.stdout, /^ {2}AUTH_PRIVATE_HOSTS=127\.0\.0\.1$/m);
  });
});

function hidesSignature({ stdout }: Called, token: string): void {
  const signature = token.split(".")[2] ?? "";
  assert.ok(signature.length > 40);
  for (let place = 0; place + 20 <= signature.length; place += 10) assert.ok(!stdout.includes(signature.slice(place, place + 20)));
}

/** Runs a program that uses the package, in a folder of its own. */
async function runProgram(t: { after: (work: () => void) => void }, program: string, ...words: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-declaration-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(import.meta.dirname, "../../../../../node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "program.mts"), program);
  const child = spawn(process.execPath, ["--conditions=lockstep-source", "program.mts", ...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"] },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  assert.equal(child.exitCode, 0, stderr);
  return stdout;
}
