/** The suites' API on a Fastify server of its own, for tests over bare sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { after, before } from "node:test";
import { suiteApi } from "../../testing/suite-api.ts";
import { World } from "../../testing/world.ts";
import { type AnswerOptions, type RawAnswer, rawAnswer } from "../raw-socket.fixture.ts";
import { fastifyServer, type FastifyServerOptions } from "./fastify-server.ts";

/** A server that runs while the tests of a file do. */
export interface Served {
  readonly world: World;
  readonly url: string;
  /** Resolves with the server's side of the next connection. */
  accepts(): Promise<Socket>;
  ask(request: string | Uint8Array, options?: AnswerOptions): Promise<RawAnswer>;
}

/** Serves for the tests of this file. A slow machine is given all the time that it needs, unless the options say otherwise. */
export function served(options: FastifyServerOptions = {}): Served {
  const world = new World();
  const server = fastifyServer(suiteApi(world), { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, ...options });
  let url = "";
  before(async () => {
    url = await server.listen({ host: "127.0.0.1", port: 0 });
  });
  after(() => server.close());
  return {
    world,
    get url() {
      return url;
    },
    accepts: async () => {
      // A server on a port tells of each connection with its socket.
      const [socket] = (await once(server.server, "connection")) as [Socket];
      return socket;
    },
    async ask(request, askOptions) {
      const answer = await rawAnswer(url, request, askOptions);
      assert.ok(answer !== undefined, "the server answered");
      checkRaw(answer);
      return answer;
    },
  };
}

/** The rules for every answer, also to bytes that are not HTTP (P-28, I-18). */
export function checkRaw({ status, headers, body }: RawAnswer): void {
  if (status < 200) return;
  assert.equal(headers["x-content-type-options"], "nosniff", body);
  assert.equal(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.ok(headers["x-request-id"] !== undefined);
  assert.equal(headers["server"], undefined);
  assert.ok(!body.includes("canary"));
  if (status >= 400 && body !== "") assert.equal(headers["content-type"], "application/problem+json");
  if (status >= 400) assert.equal(headers["cache-control"], "no-store");
}
