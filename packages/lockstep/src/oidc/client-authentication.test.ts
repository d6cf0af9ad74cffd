/** How this API authenticates as a client, against a real provider and against one that records what comes. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import { Unavailable } from "../problem/error.ts";
import { Redacted, secret } from "../secret/redacted.ts";
import { generateSigningKey, publicJwks, signingKey } from "../token/signing-key.ts";
import type { ClientOptions } from "./client-authentication.ts";
import { clientCredentials } from "./client-credentials.ts";
import { knownCertificate, otherCertificate } from "./client-certificate.fixture.ts";
import {
  certified,
  type ForeignProvider,
  job,
  jwtApi,
  opaqueApi,
  selfSigned,
  signer,
  startProvider,
  startTlsProvider,
} from "./foreign-provider.fixture.ts";
import { oidc } from "./oidc.ts";
import { accepted, json, TestIssuer, unavailable } from "./test-issuer.fixture.ts";
import { tokenExchange } from "./token-exchange.ts";
import { TokenRefused } from "./token-endpoint.ts";

const server = new TestIssuer();
let provider: ForeignProvider;
let tlsProvider: Awaited<ReturnType<typeof startTlsProvider>>;

before(async () => {
  [provider, tlsProvider] = await Promise.all([startProvider(), startTlsProvider()]);
});
after(() => Promise.all([provider.close(), tlsProvider.close()]));

/** Obtains a token of the provider for an API. */
const tokenOf = async (client: ClientOptions, resource = jwtApi): Promise<string> => {
  const source = clientCredentials({ issuer: provider.issuer, allowLoopback: true, resource, scope: "notes:read", ...client });
  return (await source.token()).reveal();
};
/** Obtains one of the provider with TLS. */
const tlsToken = async (client: ClientOptions, over: object = {}): Promise<string> => {
  const source = clientCredentials({ issuer: tlsProvider.issuer, ...tlsProvider.access, resource: jwtApi, ...client, ...over });
  return (await source.token()).reveal();
};
const isRefused = (reason: unknown): boolean => reason instanceof TokenRefused && reason.error === "invalid_client";
const keyed = { ...signer, authentication: "private_key_jwt" } as const;

describe("private_key_jwt (RFC 7523)", () => {
  test("obtains a token of a real provider, by both audiences, and again each time", async () => {
    assert.ok(await tokenOf(keyed));
    assert.ok(await tokenOf({ ...keyed, assertionAudience: "endpoint" }));
    // The provider refuses an assertion that it has seen.
    assert.ok(await tokenOf(keyed));
  });

  test("introspects at a real provider", async () => {
    const by = oidc({
      issuer: provider.issuer,
      audience: opaqueApi,
      allowLoopback: true,
      introspection: {
        ...keyed,
        jwts: "introspect",
      },
      withoutSubject: {
        claim: "client_id",
        prefix: "client:",
      },
    });
    const { sub } = await accepted(by, await tokenOf(keyed, opaqueApi));
    assert.equal(sub, "client:signer");
  });

  test("is refused with a key that the provider does not know", async () => {
    const other = signingKey(await generateSigningKey("ES256"));
    await assert.rejects(tokenOf({ ...keyed, signingKey: other }), isRefused);
  });

  test("sends an assertion for this issuer, with the key's name, for a minute, and each with an id of its own", async () => {
    server.answers["/token"] = json({ access_token: "t", token_type: "Bearer" });
    const source = clientCredentials({ ...server.common, ...keyed });
    const exchange = tokenExchange({ ...server.common, ...keyed, assertionAudience: "endpoint" });
    await source.token();
    await source.token();
    await exchange.token(new Redacted("subject")).catch(() => {});
    const asked = server.asked.filter(({ path }) => path === "/token");
    assert.equal(asked.length, 3);
    const ids = new Set<unknown>();
    for (const [index, { form, authorization }] of asked.entries()) {
      assert.equal(authorization, undefined);
      assert.deepEqual(
        [form.get("client_id"), form.get("client_secret"), form.get("client_assertion_type")],
        ["signer", null, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
      );
      const [head = "", body = "", signature = ""] = (form.get("client_assertion") ?? "").split(".");
      const [header, claims] = [head, body].map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as object);
      assert.deepEqual(header, { alg: "ES256", kid: signer.signingKey.kid, typ: "JWT" });
      const iat = server.clockMs / 1000;
      const { jti, ...others } = claims as { readonly jti: string };
      const aud = index < 2 ? server.issuer : `${server.origin}/token`;
      assert.deepEqual(others, { iss: "signer", sub: "signer", aud, iat, exp: iat + 60 });
      ids.add(jti);
      const [jwk] = publicJwks([signer.signingKey]).keys;
      const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
      const signed = Buffer.from(`${head}.${body}`);
      assert.ok(verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")));
    }
    assert.equal(ids.size, 3);
  });
});

describe("a certificate of the client (RFC 8705 §2)", () => {
  const certificate = { cert: knownCertificate.cert, key: secret(knownCertificate.key) };

  test("obtains tokens of a real provider, by the certificate itself and by its authority and subject", async () => {
    assert.ok(await tlsToken({ ...selfSigned, certificate }));
    assert.ok(await tlsToken({ ...certified, certificate }));
    // A function returns the one of the moment.
    assert.ok(await tlsToken({ ...selfSigned, certificate: async () => certificate }));
  });

  test("is refused if the provider does not know it", async () => {
    await assert.rejects(tlsToken({ ...selfSigned, certificate: otherCertificate }), isRefused);
    await assert.rejects(tlsToken({ ...certified, certificate: otherCertificate }), isRefused);
  });

  test("is never left out: nothing is sent over a connection that cannot have it", async () => {
    server.answers["/token"] = json({ access_token: "t", token_type: "Bearer" });
    const plain = clientCredentials({ ...server.common, ...selfSigned, certificate });
    await assert.rejects(plain.token(), /its connection cannot have the client's certificate/);
    assert.ok(!server.paths.includes("/token"));
    const broken = { ...selfSigned, certificate: () => ({ cert: "", key: 1 }) as never };
    await assert.rejects(tlsToken(broken), /not text in PEM/);
    await assert.rejects(tlsToken({ ...selfSigned, certificate: () => ({ cert: "x", key: "y" }) }), Unavailable);
    assert.throws(() => clientCredentials({ ...server.common, ...selfSigned, certificate, fetch }), {
      code: "wrong_option",
      message: /remove `certificate`/,
    });
  });

  test("goes to the address for clients with a certificate, if the metadata has one (RFC 8705 §5)", async () => {
    const tokenPaths = async (client: ClientOptions): Promise<readonly string[]> => {
      tlsProvider.paths.length = 0;
      assert.ok(await tlsToken(client));
      return tlsProvider.paths.filter((path) => path.endsWith("/token"));
    };
    assert.deepEqual(await tokenPaths({ ...selfSigned, certificate }), ["/mtls/token"]);
    assert.deepEqual(await tokenPaths(job), ["/token"]);
    // An address that the options name is used as it is.
    tlsProvider.paths.length = 0;
    assert.ok(await tlsToken({ ...selfSigned, certificate }, { tokenEndpoint: `${tlsProvider.issuer}/token` }));
    assert.deepEqual(tlsProvider.paths, ["/token"]);
  });

  test("shows its key in no error", async () => {
    const failures = await Promise.all(
      [
        () => tlsToken({ ...selfSigned, certificate: { cert: otherCertificate.cert, key: knownCertificate.key } }),
        () => tlsToken({ ...selfSigned, certificate: () => ({ cert: otherCertificate.cert, key: knownCertificate.key }) }),
        () => tlsToken({ ...selfSigned, certificate: otherCertificate }),
      ].map(async (act) => {
        try {
          await act();
        } catch (error) {
          return inspect(error, { depth: 20, showHidden: true });
        }
        return assert.fail("a token was issued");
      }),
    );
    const secrets = [knownCertificate.key, otherCertificate.key].map((pem) => pem.split("\n")[1] ?? "");
    for (const failure of failures) for (const text of secrets) assert.ok(!failure.includes(text));
  });
});

describe("wrong options", () => {
  test("do not start, and the message says what to write", () => {
    const certificate = knownCertificate;
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ clientId: "" }, /set `clientId`/],
      [{ clientId: "a" }, /set `clientSecret`/],
      [{ clientId: "a", clientSecret: "s", authentication: "none" }, /set `authentication` to "client_secret_basic", .* or "self/],
      [{ clientId: "a", authentication: "constructor", clientSecret: "s" }, /set `authentication`/],
      [{ clientId: "a", authentication: "private_key_jwt" }, /set `signingKey`/],
      [{ clientId: "a", authentication: "private_key_jwt", signingKey: {} }, /set `signingKey`/],
      [{ ...keyed, assertionAudience: "token" }, /set `assertionAudience`/],
      [{ ...keyed, clientSecret: "s" }, /remove what "private_key_jwt" does not use.*: clientSecret$/],
      [{ ...signer, clientSecret: "s" }, /remove what "client_secret_basic" does not use.*: signingKey$/],
      [{ clientId: "a", clientSecret: "s", assertionAudience: "issuer" }, /does not use/],
      [{ ...selfSigned }, /set `certificate`/],
      [{ ...selfSigned, certificate: { cert: "x", key: "y" } }, /set `certificate` to \{ cert, key \}/],
      [{ ...selfSigned, certificate: { cert: otherCertificate.cert, key: certificate.key } }, /its own private key/],
      [{ ...selfSigned, certificate, signingKey: signer.signingKey }, /does not use/],
    ];
    const endpoint = { issuer: "https://as.example" } as const;
    for (const [client, message] of wrong) {
      const error = { code: "wrong_option", message };
      assert.throws(() => clientCredentials({ ...endpoint, ...client } as never), error, JSON.stringify(client));
      assert.throws(() => tokenExchange({ ...endpoint, ...client } as never), error);
      const introspection = { ...client, jwts: "introspect" };
      assert.throws(() => oidc({ ...endpoint, audience: "notes", introspection } as never), error);
    }
    clientCredentials({ ...endpoint, ...selfSigned, certificate });
  });

  test("and a wrong key is 503 for callers of introspection: nobody can decide", async () => {
    const other = signingKey(await generateSigningKey("ES256"));
    const by = oidc({
      issuer: provider.issuer,
      audience: opaqueApi,
      allowLoopback: true,
      introspection: {
        ...keyed,
        signingKey: other,
        jwts: "introspect",
      },
    });
    await unavailable(by, await tokenOf(keyed, opaqueApi));
  });
});
