/** Tokens that are bound to a key of the client (RFC 9449): each host passes method, path and headers on as they were sent. */
import assert from "node:assert/strict";
import { boundToken, proofFor } from "../bound-routes.ts";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest } from "../host-under-test.ts";
import type { Received } from "../http-client.ts";
import { trustedOrigin } from "../suite-api.ts";

/** A request with one token, and with proofs for these requests. */
async function prove(
  host: HostUnderTest,
  method: string,
  target: string,
  provenFor: readonly (readonly [method: string, target: string])[] = [[method, target]],
): Promise<Received> {
  const token = await boundToken();
  const proofs = await Promise.all(provenFor.map(([forMethod, forTarget]) => proofFor(token, forMethod, forTarget)));
  const headers = [["authorization", `DPoP ${token}`], ...proofs.map((proof) => ["dpop", proof] as const)] as const;
  return host.ask(method, target, { headers });
}

const algs = 'algs="ES256 EdDSA Ed25519 PS256 RS256"';
const refusal = {
  code: "invalid_token",
  detail: "The credential is not valid.",
  challenges: [`DPoP realm="Suite", error="invalid_dpop_proof", ${algs}`],
};
const writeRefusal = {
  ...refusal,
  challenges: [`DPoP realm="Suite", error="invalid_dpop_proof", scope="notes:write", ${algs}`],
};

/** Facts about tokens that are bound to a key. */
export const boundBehaviours: readonly Behaviour[] = [
  behaviour("a proof counts for the method and the path as they were sent, without the query", async (host) => {
    expectJson(await prove(host, "GET", "/bound/a?page=2", [["GET", "/bound/a"]]), { id: "alice", name: "a" });
    expectJson(await prove(host, "GET", "/bound/a%20b%2Fc", [["GET", "/bound/%61%20b%2fc"]]), { id: "alice", name: "a b/c" });
    expectJson(await prove(host, "POST", "/bound"), { id: "alice" });
    assert.equal((await prove(host, "HEAD", "/bound/a")).status, 200);
  }),
  behaviour("a proof for another request is refused, and no handler runs", async (host) => {
    const { handled, events } = await host.observe(async () => {
      for (const other of [
        ["POST", "/bound/a"],
        ["HEAD", "/bound/a"],
        ["GET", "/bound/b"],
        ["GET", "/bound/a/"],
        ["GET", "/bound/%2561"],
      ] as const)
        expectProblem(await prove(host, "GET", "/bound/a", [other]), 401, refusal);
      expectProblem(await prove(host, "POST", "/bound", [["GET", "/bound"]]), 401, writeRefusal);
    });
    assert.deepEqual([handled, new Set(events.map(({ type }) => type))], [[], new Set(["authentication.failed"])]);
  }),
  behaviour("a proof counts once, and a second one beside it makes none count", async (host) => {
    const token = await boundToken();
    const proof = await proofFor(token, "GET", "/bound/a");
    const headers = [["authorization", `DPoP ${token}`] as const, ["dpop", proof] as const];
    const other = ["dpop", await proofFor(token, "GET", "/bound/a")] as const;
    expectProblem(await host.ask("GET", "/bound/a", { headers: [...headers, other] }), 401, refusal);
    expectJson(await host.ask("GET", "/bound/a", { headers }), { id: "alice", name: "a" });
    expectProblem(await host.ask("GET", "/bound/a", { headers }), 401, refusal);
    expectProblem(await prove(host, "GET", "/bound/a", []), 401, refusal);
  }),
  behaviour("a refusal hands out a nonce, with which the next proof passes", async (host) => {
    const token = await boundToken();
    const ask = async (nonce?: string): Promise<Received> => {
      const proof = await proofFor(token, "GET", "/bound-with-nonce", nonce);
      return host.ask("GET", "/bound-with-nonce", {
        headers: [
          ["authorization", `DPoP ${token}`],
          ["dpop", proof],
        ],
      });
    };
    const first = await ask();
    expectProblem(first, 401, { ...refusal, challenges: [`DPoP realm="Suite", error="use_dpop_nonce", ${algs}`] });
    const [nonce] = first.headers["dpop-nonce"] ?? [];
    expectJson(await ask(nonce), { id: "alice" });
  }),
  behaviour("pages of the declared origins may send proofs and read nonces", async (host) => {
    const preflight = [
      ["origin", trustedOrigin],
      ["access-control-request-method", "GET"],
    ] as const;
    const asked = await host.ask("OPTIONS", "/bound/a", { headers: preflight });
    assert.match(String(asked.headers["access-control-allow-headers"]), /(^|, )dpop(,|$)/);
    const refused = await host.ask("GET", "/bound/a", { headers: [["origin", trustedOrigin]] });
    assert.match(String(refused.headers["access-control-expose-headers"]), /WWW-Authenticate.*DPoP-Nonce/);
  }),
];
