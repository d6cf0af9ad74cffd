/** Everything that can be wrong with an issuer, in words that say what to do. The control is an issuer that works. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import * as fc from "fast-check";
import { testCertificate, testKey } from "../../token/certificate.fixture.ts";
import * as f from "../../token/token.fixture.ts";
import { type Called, call, expectFailure, expectReadable } from "../cli.fixture.ts";

type Answer = (response: ServerResponse) => void;
type Key = Readonly<Record<string, unknown>>;

const json =
  (body: unknown, type = "application/json"): Answer =>
  (response) =>
    void response.writeHead(200, { "content-type": type }).end(JSON.stringify(body));

const metadataPath = "/.well-known/openid-configuration";

describe("lockstep issuer", () => {
  let answers: Record<string, Answer> = {};
  const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
  const answer: RequestListener = ({ url = "", headers }, response) => {
    asked.push({ path: url, authorization: headers.authorization });
    (answers[url] ?? ((missing) => missing.writeHead(404).end()))(response);
  };
  const server = createServer(answer);
  const tlsServer = createTlsServer({ key: testKey, cert: testCertificate }, answer);
  let issuer = "";

  before(async () => {
    issuer = `http://127.0.0.1:${await portOf(server)}`;
  });
  after(() => {
    for (const each of [server, tlsServer]) {
      each.closeAllConnections();
      each.close();
    }
  });
  beforeEach(() => {
    asked.length = 0;
    answers = { [metadataPath]: json(metadata()), "/keys": json({ keys: [f.k1Jwk] }) };
  });

  const metadata = (over: object = {}): object => ({
    issuer,
    jwks_uri: `${issuer}/keys`,
    token_endpoint: `${issuer}/token`,
    ...over,
  });
  const ask = (...args: string[]): Promise<Called> => call(["issuer", issuer, "--allow-loopback", ...args]);

  /** Expects that the issuer works, and then that it does not with other answers. Returns the text in one line. */
  async function broken(changed: Readonly<Record<string, Answer>>, ...args: string[]): Promise<string> {
    assert.equal((await ask(...args)).exitCode, 0, "the control");
    answers = { ...answers, ...changed };
    const { exitCode, stdout, stderr } = await ask(...args);
    assert.deepEqual([exitCode, stderr], [1, ""], stdout);
    expectReadable(stdout);
    assert.match(stdout, /^Result {4}it does not work: /m);
    assert.doesNotMatch(stdout, /^Declaration/m);
    return stdout.replaceAll(/\s+/g, " ");
  }

  test("says that a redirect is not followed", async () => {
    const redirect: Answer = (response) => void response.writeHead(301, { location: "https://evil.test/" }).end();
    assert.match(await broken({ [metadataPath]: redirect }), /the server answered 301, and redirects are not followed/);
    assert.ok(asked.every(({ path }) => path !== "/"));
  });

  test("says that a document is not JSON, not an object, or too large", async () => {
    const html: Answer = (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>Sign in</p>");
    assert.match(await broken({ [metadataPath]: html }), /it is not JSON/);
    answers[metadataPath] = json(metadata());
    assert.match(await broken({ [metadataPath]: json([1]) }), /not a JSON object/);
    answers[metadataPath] = json(metadata());
    assert.match(await broken({ [metadataPath]: json({ x: "a".repeat(300_000) }) }), /it is too large/);
    answers[metadataPath] = json(metadata());
    const half: Answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"issuer":');
    assert.match(await broken({ [metadataPath]: half }), /could not be fetched or read \(.+\)/);
  });

  test("shows both names if the metadata names another issuer, and none if it names none", async () => {
    const words = await broken({ [metadataPath]: json(metadata({ issuer: "https://login.test\u001B[2J" })) });
    assert.ok(words.includes(`You passed ${issuer} and it names https://login.test\uFFFD[2J.`), words);
    assert.match(words, /pass that one, and this metadata with --discovery-url/);
    answers[metadataPath] = json(metadata());
    assert.match(await broken({ [metadataPath]: json(metadata({ issuer: undefined })) }), /The metadata names no issuer/);
    answers[metadataPath] = json(metadata());
    const template = { issuer: "https://login.test/{tenantid}/v2.0" };
    assert.match(await broken({ [metadataPath]: json(metadata(template)) }), /a template for all tenants/);
  });

  test("shows the words of an issuer without characters that a terminal obeys", async () => {
    const evil = "https://evil.test/\u001B]0;title\u0007\u202E\u009B2J";
    const words = await broken({
      [metadataPath]: json(metadata({ jwks_uri: evil, token_endpoint: evil, revocation_endpoint: 7 })),
    });
    assert.match(words, /https:\/\/evil\.test\/\uFFFD\]0;title\uFFFD/);
    assert.doesNotMatch(words, /[\u0000-\u001F\u007F-\u009F\u202E]/);
    answers[metadataPath] = json(metadata());
    assert.match(
      await broken({ [metadataPath]: json(metadata({ jwks_uri: "http://10.0.0.1/keys" })) }),
      /its address is not https/,
    );
  });

  test("uses RFC 8414 if only that answers, and says so in the declaration", async () => {
    answers = { "/.well-known/oauth-authorization-server": json(metadata()), "/keys": json({ keys: [f.k1Jwk] }) };
    const { exitCode, stdout } = await ask();
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^ {2}no {2}OpenID Connect: /m);
    assert.match(stdout, /^ {2}ok {2}RFC 8414: /m);
    assert.match(stdout, /discovery: "oauth",/);
  });

  test("reads metadata at another address, and keys without metadata", async () => {
    answers = { "/other": json(metadata()), "/keys": json({ keys: [f.k1Jwk] }) };
    assert.equal((await ask()).exitCode, 1);
    const elsewhere = await ask("--discovery-url", `${issuer}/other`);
    assert.equal(elsewhere.exitCode, 0, elsewhere.stdout);
    assert.match(elsewhere.stdout, /discoveryUrl: "/);
    const keys = await call(["issuer", "stytch.com/project-1", "--jwks-url", `${issuer}/keys`, "--allow-loopback"]);
    assert.equal(keys.exitCode, 0, keys.stdout);
    assert.match(keys.stdout, /^Provider {2}Stytch \(map stytch\)$/m);
    assert.match(keys.stdout, /issuer: "stytch\.com\/project-1",\n +audience: "project-1",/);
  });

  test("tells which keys are ignored and why, and which algorithms the others need", async () => {
    const { alg: _alg, ...rsaWithoutAlg } = f.krJwk;
    const keys: Key[] = [
      f.k1Jwk,
      { ...rsaWithoutAlg, kid: "r1" },
      { ...f.krJwk, kid: "enc", alg: "RSA-OAEP", use: "enc" },
      { ...f.k2Jwk, kid: "weak", kty: "RSA", alg: "RS256", n: "AQAB", e: "AQAB" },
      { ...f.k2Jwk, d: "AAAA" },
      { kty: "EC", crv: "secp256k1", kid: "odd\u0007", x: "AA", y: "AA" },
    ];
    answers["/keys"] = json({ keys });
    const { exitCode, stdout } = await ask();
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^ {2}ok {2}k1 +EC P-256 +ES256, no use +verifies ES256$/m);
    assert.match(stdout, /^ {2}ok {2}r1 +RSA 2048 +no alg, no use +verifies RS256$/m);
    assert.match(stdout, /^ {2}no {2}enc +RSA 2048 +RSA-OAEP, use enc +its `use` is not `sig`/m);
    assert.match(stdout, /^ {2}no {2}weak +RSA 17 +RS256/m);
    assert.match(stdout.replaceAll(/\s+/g, " "), /no k2 OKP Ed25519 EdDSA, no use Publish keys without their private members/);
    assert.match(stdout, /^ {2}no {2}odd\uFFFD +EC secp256k1/m);
    assert.match(stdout, /algorithms: \["ES256", "EdDSA", "RS256"\]/);
    expectReadable(stdout);
  });

  test("does not work without a key that can be used", async () => {
    assert.match(await broken({ "/keys": json({ keys: [{ ...f.krJwk, use: "enc" }] }) }), /it has no key that can be used/);
    answers["/keys"] = json({ keys: [f.k1Jwk] });
    assert.match(await broken({ "/keys": json({ keys: [] }) }), /1 to 100 keys/);
    answers["/keys"] = json({ keys: [f.k1Jwk] });
    assert.match(await broken({ "/keys": (response) => void response.writeHead(500).end() }), /the server answered 500/);
    answers["/keys"] = json({ keys: [f.k1Jwk] });
    assert.match(await broken({ [metadataPath]: json(metadata({ jwks_uri: undefined })) }), /has no `jwks_uri`/);
  });

  test("names the algorithm of keys without one, if several of their type are allowed", async () => {
    const { alg: _alg, ...rsaWithoutAlg } = f.krJwk;
    answers["/keys"] = json({ keys: [rsaWithoutAlg] });
    const { stdout } = await ask("--algorithms", "RS256,PS256");
    assert.match(stdout, /keysWithoutAlg: \["RS256"\]/);
    answers[metadataPath] = json(metadata({ id_token_signing_alg_values_supported: ["PS256"] }));
    assert.match((await ask()).stdout, /algorithms: \["PS256"\]/);
  });

  test("knows the tenants of an issuer that has one name for each", async () => {
    const template = `${issuer}/{tenantid}/v2.0`;
    const [a, b, c] = ["0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b", "0a1b2c3d-c"];
    answers["/organizations"] = json(metadata({ issuer: template }));
    const args = ["issuer", template, "--discovery-url", `${issuer}/organizations`, "--allow-loopback", "--claims", "entra"];
    expectFailure(await call(args), 2, /Use --tenants with an issuer that contains \{tenantid\}/);
    expectFailure(await ask("--tenants", a), 2, /Use --tenants with an issuer that contains \{tenantid\}/);
    const named = [...args, "--tenants", `${a} ${b}`, "--audience", f.audience, "--typ", "at+jwt"];
    const { exitCode, stdout } = await call(named);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, new RegExp(`tenants: \\["${a}", "${b}"\\]`));
    assert.match(stdout, new RegExp(`AUTH_TENANTS='${a} ${b}'`));
    const judge = (tenant: string, tid = tenant): Promise<Called> => {
      const claims = { iss: template.replace("{tenantid}", tenant), tid, oid: "o1", azp: "web", scp: "notes.read" };
      return call([...named, "--token"], { stdin: f.token({}, claims), clock: () => f.nowMs });
    };
    for (const tenant of [a, b]) {
      const accepted = await judge(tenant);
      assert.equal(accepted.exitCode, 0, accepted.stdout);
      assert.ok(accepted.stdout.includes(`${issuer}/${tenant}/v2.0#user:${tenant}/o1`));
    }
    assert.match((await judge(c)).stdout, /^Result {4}refused: another issuer\.$/m);
    assert.match((await judge(a, b)).stdout, /^Result {4}refused: tid is another tenant\.$/m);
  });

  test("sends a token of a file to the origin of the issuer only, and prints neither it nor a certificate", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-issuer-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const bearer = join(folder, "token");
    writeFileSync(bearer, "s3cret-of-a-pod\n");
    const { exitCode, stdout } = await ask("--bearer", bearer);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(new Set(asked.map(({ authorization }) => authorization)), new Set(["Bearer s3cret-of-a-pod"]));
    assert.ok(!stdout.includes("s3cret"));
    assert.match(stdout, /headers: \(\) => \(\{\s+authorization: `Bearer \$\{readFileSync\(/);
    assert.match(stdout, /import \{ readFileSync \} from "node:fs";/);
    expectFailure(await ask("--ca", join(folder, "missing.pem")), 2, /Pass --ca a file that can be read: ENOENT/);
  });

  test("says that a certificate is not trusted, and works with the right authority", async (t) => {
    const port = await portOf(tlsServer);
    const url = `https://127.0.0.1:${port}`;
    const args = ["issuer", url, "--allow-loopback"];
    answers[metadataPath] = json({ issuer: url, jwks_uri: `${issuer}/keys` });
    const untrusted = await call(args);
    assert.equal(untrusted.exitCode, 1);
    assert.match(
      untrusted.stdout.replaceAll(/\s+/g, " "),
      /its certificate is not trusted \(\w+\).* pass its certificate with --ca/,
    );
    const folder = mkdtempSync(join(tmpdir(), "lockstep-issuer-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, testCertificate);
    const other = await call([...args, "--ca", ca]);
    // The authority is trusted now, and the certificate is for another host.
    assert.match(other.stdout, /its certificate is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  });

  test("says that nothing listens, that http is not enough, and that a private host has to be named", async () => {
    const closed = createServer();
    const port = await portOf(closed);
    closed.close();
    await once(closed, "close");
    const nobody = await call(["issuer", `http://127.0.0.1:${port}`, "--allow-loopback"]);
    assert.equal(nobody.exitCode, 1);
    assert.match(nobody.stdout, /nothing listens at this address \(ECONNREFUSED\)/);
    const plain = await call(["issuer", "http://login.example.com"]);
    assert.equal(plain.exitCode, 1);
    assert.match(plain.stdout.replaceAll(/\s+/g, " "), /its address is not https\. .*pass the https address/);
    const inside = await call(["issuer", "https://10.1.2.3:8443"]);
    assert.equal(inside.exitCode, 1);
    assert.match(inside.stdout.replaceAll(/\s+/g, " "), /Add --allow-private 10\.1\.2\.3:8443 if the issuer is in your network/);
  });

  test("explains any text as a token without an error, and never prints its last part", async () => {
    const ask = (stdin: string): Promise<Called> =>
      call(["issuer", f.issuer, "--jwks-url", `${issuer}/keys`, "--allow-loopback", "--audience", f.audience, "--token"], {
        stdin,
        clock: () => f.nowMs,
      });
    const control = await ask(f.token());
    assert.equal(control.exitCode, 1, control.stdout);
    assert.match(
      control.stdout,
      /^Result {4}refused: the claim "client_id" is missing \(claims map rfc9068, setting require\)\.$/m,
    );
    const [header = "", payload = "", signature = ""] = f.token({}, { client_id: "web" }).split(".");
    assert.equal((await ask(`${header}.${payload}.${signature}`)).exitCode, 0);
    const part = fc.oneof(
      fc.constantFrom(header, payload, "", "e30", "W10", "bnVsbA", "eyJ4Ijox"),
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text).toString("base64url")),
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
      fc.string(),
    );
    const secretPart = "c2lnbmF0dXJlLW9mLWEtdG9rZW4tdGhhdC1tdXN0LW5vdC1iZS1wcmludGVk";
    const property = fc.asyncProperty(part, part, async (one, two) => {
      const { exitCode, stdout, stderr } = await ask(`${one}.${two}.${secretPart}`);
      assert.deepEqual([exitCode, stderr], [1, ""]);
      assert.match(stdout, /^Result {4}refused: /m);
      assert.ok(!stdout.includes(secretPart.slice(0, 16)));
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029]/);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("takes the trust domain for the issuer of a JWT-SVID, and reads its workload", async () => {
    answers["/bundle"] = json({
      keys: [
        { ...f.k1Jwk, use: "jwt-svid" },
        { ...f.krJwk, use: "x509-svid" },
      ],
    });
    const args = ["issuer", "spiffe://prod.example", "--jwks-url", `${issuer}/bundle`, "--allow-loopback", "--audience", "notes"];
    const judge = (sub: string): Promise<Called> => {
      const svid = f.compact({ alg: "ES256", kid: "k1", typ: "JWT" }, { sub, aud: ["notes"], exp: f.now + 300 });
      return call([...args, "--scopes", "notes:read", "--token"], { stdin: svid, clock: () => f.nowMs });
    };
    const { exitCode, stdout } = await judge("spiffe://prod.example/ns/prod/sa/billing");
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^ {2}id +spiffe:\/\/prod\.example#service:spiffe:\/\/prod\.example\/ns\/prod\/sa\/billing$/m);
    assert.match(stdout, /keyUse: "jwt-svid"/);
    assert.match(stdout, /withoutIssuer: "trust-domain"/);
    // No rule is proposed for a token that is refused: its workload would be let in.
    const evil = await judge("spiffe://evil.example/ns/evil/sa/thief");
    assert.match(evil.stdout, /^Result {4}refused: another trust domain\.$/m);
    assert.doesNotMatch(evil.stdout.split("Declaration")[1] ?? "", /evil|thief/);
    assert.match(
      stdout.split("Declaration")[1] ?? "",
      /trustDomain: "prod\.example",\n +allow: \[\{ path: "\/ns\/prod\/sa\/billing"/,
    );
  });

  test("says of a token that is bound to a key how the scheme accepts it", async () => {
    const token = f.token({}, { client_id: "web", cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } });
    const args = ["issuer", f.issuer, "--jwks-url", `${issuer}/keys`, "--allow-loopback", "--audience", f.audience, "--token"];
    const { exitCode, stdout } = await call(args, { stdin: token, clock: () => f.nowMs });
    assert.equal(exitCode, 1);
    assert.match(
      stdout.replaceAll(/\s+/g, " "),
      /no cnf \{"jkt":"[^"]+"\}: the token is bound to a key\. .*`senderConstraint`: dpop/,
    );
    assert.match(stdout, /^Result {4}refused: the token is bound to a key\.$/m);
    const bound = await call([...args, "--dpop"], { stdin: token, clock: () => f.nowMs });
    assert.equal(bound.exitCode, 0, bound.stdout);
    assert.match(bound.stdout, /^ {2}ok {2}cnf /m);
    assert.match(bound.stdout, /senderConstraint: dpop\(\{ replays: memoryProofReplays\(\), required: true \}\),/);
    assert.match(bound.stdout, /^ {2}AUTH_DPOP=required$/m);
    assert.match(bound.stdout, /^Result {4}accepted with a proof of its key, as /m);
    for (const cnf of [undefined, {}, { "x5t#S256": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }]) {
      const other = f.token({}, { client_id: "web", cnf });
      const refused = await call([...args, "--dpop"], { stdin: other, clock: () => f.nowMs });
      assert.equal(refused.exitCode, 1, refused.stdout);
      assert.match(refused.stdout, /^ {2}no {2}cnf /m);
    }
  });

  test("refuses wrong usage in one sentence, with exit code 2", async () => {
    const wrong: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
      [["login.example.com"], /Pass the issuer as a URL/],
      [["https://a.test/.well-known/openid-configuration"], /the part before \/\.well-known\//],
      [["https://a.test?x=1"], /without a query/],
      [["https://a.test", "--jwks-url", "https://a.test/k", "--discovery-url", "https://a.test/d"], /and not both/],
      [["https://a.test", "--algorithms", "HS256"], /Set --algorithms to some of: ES256/],
      [
        ["https://a.test", "--claims", "keyclock"],
        /Set --claims to a ready map\. readyMap\(\): use one of these names: rfc9068, keycloak/,
      ],
      [["https://a.test", "--map", "client"], /Write --map as NAME=VALUE/],
    ];
    for (const [args, sentence] of wrong) expectFailure(await call(["issuer", ...args]), 2, sentence);
    expectFailure(await ask("--claims", "keycloak", "--map", "cliemt=notes"), 2, /Change --map: .*cliemt/);
  });
});

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
