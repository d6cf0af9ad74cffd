/** Tokens that are bound to a certificate, over real TLS connections (RFC 8705 §3; M-11). */
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { after, before, describe, test } from "node:test";
import { fastify } from "fastify";
import { lockstep } from "../../host/fastify/index.ts";
import { testCertificate, testKey } from "../certificate.fixture.ts";
import * as f from "../token.fixture.ts";
import { type ClientFiles, holder, selfmade, thief } from "./client-certificate.fixture.ts";
import { mutualTlsBound, type MutualTlsBoundOptions } from "./mutual-tls-bound.ts";
import { apiWith, ask, type ProofApi, reasonOf } from "./proof.fixture.ts";

/** RFC 8705 §3.1: the SHA-256 of the DER encoding, in base64url. */
const thumbprintOf = ({ cert }: ClientFiles): string =>
  createHash("sha256").update(new X509Certificate(cert).raw).digest("base64url");
const bound: string = f.token({}, { cnf: { "x5t#S256": thumbprintOf(holder) } });
const plain: string = f.token();

/** An API on a real TLS server that asks for certificates. */
interface Served extends ProofApi {
  ask(token: string, client?: ClientFiles, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly body: string;
}

async function serve(options: MutualTlsBoundOptions): Promise<Served> {
  const api = apiWith(mutualTlsBound(options));
  // Clients without a certificate, and with one that nobody trusts, get as far as the API.
  const tls = { cert: testCertificate, key: testKey, ca: testCertificate, requestCert: true, rejectUnauthorized: false };
  const app = fastify({ https: tls });
  await app.register(lockstep(api.api));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    ...api,
    ask: (token, client, headers) => send(url, token, client, headers),
    close: () => app.close(),
  };
}

async function send(
  url: string,
  token: string,
  client?: ClientFiles,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const outgoing = request(`${url}/notes`, {
    ...client,
    ca: testCertificate,
    servername: "keys.example.com",
    agent: false,
    headers: { authorization: `Bearer ${token}`, ...headers },
  }).end();
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  let body = "";
  for await (const piece of incoming) body += String(piece);
  return { status: incoming.statusCode, challenge: incoming.headers["www-authenticate"], body };
}

let open: Served;
let strict: Served;
before(async () => {
  [open, strict] = await Promise.all([serve({}), serve({ required: true })]);
});
after(() => Promise.all([open.close(), strict.close()]));

describe("a token that is bound to a certificate (M-11)", () => {
  test("is accepted on a connection with that certificate", async () => {
    for (const server of [open, strict]) {
      const { status, body } = await server.ask(bound, holder);
      assert.deepEqual([status, body], [200, '"alice"']);
    }
  });

  for (const [name, client, reason] of [
    ["with another certificate of the same issuer", thief, "the connection has another one"],
    ["without a certificate", undefined, "the connection has none"],
    ["with a certificate that nobody trusts", selfmade, "the connection has none"],
  ] as const) {
    test(`is refused ${name}`, async () => {
      for (const server of [open, strict]) {
        const answer = await server.ask(bound, client);
        assert.equal(answer.status, 401);
        assert.equal(answer.challenge, 'Bearer realm="Notes", error="invalid_token", scope="notes:read"');
        assert.equal(reasonOf(server), `the token is bound to a certificate, and ${reason}`);
      }
    });
  }

  test("is refused with the certificate in a header", async () => {
    const cert = holder.cert.replaceAll("\n", "");
    for (const name of ["x-client-cert", "x-forwarded-client-cert", "client-cert", "ssl-client-cert", "x-ssl-client-cert"]) {
      for (const value of [cert, encodeURIComponent(holder.cert), thumbprintOf(holder)]) {
        assert.equal((await open.ask(bound, undefined, { [name]: value })).status, 401, name);
        assert.equal((await open.ask(bound, thief, { [name]: value })).status, 401, name);
      }
    }
  });

  test("is refused on a host that has no certificates", async () => {
    assert.equal((await ask(open, { authorization: `Bearer ${bound}` })).status, 401);
    assert.equal((await ask(open, { authorization: `Bearer ${plain}` })).status, 200);
  });

  test("is refused if it is bound in another way, or in several", async () => {
    const jkt = thumbprintOf(holder);
    for (const cnf of [{ jkt }, { "x5t#S256": jkt, jkt }, {}, null, { "x5t#s256": jkt }, { "x5t#S256": `${jkt}=` }, { x5t: jkt }])
      assert.equal((await open.ask(f.token({}, { cnf }), holder)).status, 401, JSON.stringify(cnf));
  });

  test("is sent as a bearer token, and with no other scheme", async () => {
    const answer = await open.ask(bound, holder, { authorization: `DPoP ${bound}` });
    assert.deepEqual([answer.status, answer.challenge], [401, 'Bearer realm="Notes", scope="notes:read"']);
  });
});

test("a token that is bound to nothing is accepted unless certificates are required", async () => {
  assert.equal((await open.ask(plain)).status, 200);
  assert.equal((await open.ask(plain, thief)).status, 200);
  assert.equal((await strict.ask(plain, holder)).status, 401);
  assert.equal(reasonOf(strict), "the token is not bound to a certificate");
});

test("it does not build with a required that is not true or false", () => {
  assert.throws(() => mutualTlsBound({ required: 1 as never }), { code: "wrong_option", message: /^mutualTlsBound\(\)/ });
});
