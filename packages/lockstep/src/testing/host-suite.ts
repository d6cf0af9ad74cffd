/** The suite that every host passes: the same requests get the same answers, byte for byte, whichever host serves them. */
import { after, before, describe, test } from "node:test";
import type { Api } from "../api/api.ts";
import { checkOptions } from "../problem/options.ts";
import { accessBehaviours } from "./behaviour/access.ts";
import { addedHeaderBehaviours } from "./behaviour/added-headers.ts";
import { alternativeBehaviours } from "./behaviour/alternative.ts";
import { auditBehaviours } from "./behaviour/audit.ts";
import { bodyBehaviours } from "./behaviour/body.ts";
import { boundBehaviours } from "./behaviour/bound.ts";
import { corsBehaviours } from "./behaviour/cors.ts";
import { crossSiteBehaviours } from "./behaviour/cross-site.ts";
import { inputBehaviours } from "./behaviour/input.ts";
import { laterBehaviours } from "./behaviour/later.ts";
import { type LastingBehaviour, lastingBehaviours, LastingHost } from "./behaviour/lasting.ts";
import { methodBehaviours } from "./behaviour/method.ts";
import { oauthBehaviours } from "./behaviour/oauth.ts";
import { orderBehaviours } from "./behaviour/order.ts";
import { reportBehaviours } from "./behaviour/report.ts";
import { rateLimitBehaviours } from "./behaviour/rate-limit.ts";
import { resultBehaviours } from "./behaviour/result.ts";
import { streamBehaviours } from "./behaviour/stream.ts";
import { webSocketBehaviours } from "./behaviour/websocket.ts";
import { webhookBehaviours } from "./behaviour/webhook.ts";
import { HostUnderTest } from "./host-under-test.ts";
import { lastingApi, LastingWorld } from "./lasting-api.ts";
import { socketApi } from "./socket-api.ts";
import { suiteApi } from "./suite-api.ts";
import { World } from "./world.ts";

/** An API that a host serves. */
export interface ServedApi {
  /** The address of a real socket: `http://127.0.0.1:3000`, with a path if the API is mounted under one. */
  readonly url: string;
  close(): Promise<void>;
}

/** What the suite tries beside the rest. */
export interface HostSuiteOptions {
  /** Whether the host opens WebSockets. It must then support them. Default `false`. */
  readonly webSockets?: boolean;
}

const subjects = [
  ["access", accessBehaviours],
  ["order of phases", orderBehaviours],
  ["bound tokens", boundBehaviours],
  ["alternatives", alternativeBehaviours],
  ["inputs", inputBehaviours],
  ["bodies", bodyBehaviours],
  ["methods and paths", methodBehaviours],
  ["results", resultBehaviours],
  ["streams", streamBehaviours],
  ["added headers", addedHeaderBehaviours],
  ["rate limits", rateLimitBehaviours],
  ["cross-site requests", crossSiteBehaviours],
  ["CORS", corsBehaviours],
  ["OAuth errors", oauthBehaviours],
  ["audit", auditBehaviours],
  ["reports", reportBehaviours],
  ["webhooks", webhookBehaviours],
  ["work after the answer", laterBehaviours],
] as const;

/**
 * Registers the tests that every host passes, with `node:test`. `serve` makes the host serve an API on a real socket.
 *
 * @example
 * ```ts
 * hostSuite("Fastify", async (api) => {
 *   const server = fastifyServer(api);
 *   return { url: await server.listen({ host: "127.0.0.1", port: 0 }), close: () => server.close() };
 * });
 * ```
 */
export function hostSuite(name: string, serve: (api: Api) => Promise<ServedApi>, options: HostSuiteOptions = {}): void {
  checkOptions<HostSuiteOptions>("hostSuite()", options, { webSockets: true });
  describe(`${name} as a host`, () => {
    const world = new World();
    let served: ServedApi | undefined;
    let host: HostUnderTest | undefined;
    before(async () => {
      served = await serve(suiteApi(world));
      host = new HostUnderTest(world, served.url);
    });
    after(async () => {
      host?.client.close();
      await served?.close();
    });
    lastingSuite("requests that last", serve, lastingApi, lastingBehaviours);
    if (options.webSockets === true) lastingSuite("WebSockets", serve, socketApi, webSocketBehaviours);
    for (const [subject, behaviours] of subjects) {
      describe(subject, () => {
        for (const { name: fact, check } of behaviours) {
          test(fact, async () => {
            if (host === undefined) throw new TypeError("The host was not served");
            await check(host);
          });
        }
      });
    }
  });
}

/** Requests that last have APIs of their own: their guards run again and again. */
function lastingSuite(
  subject: string,
  serve: (api: Api) => Promise<ServedApi>,
  apiOf: (world: LastingWorld) => Api,
  behaviours: readonly LastingBehaviour[],
): void {
  describe(subject, () => {
    const world = new LastingWorld();
    let served: ServedApi | undefined;
    let host: LastingHost | undefined;
    before(async () => {
      served = await serve(apiOf(world));
      host = new LastingHost(world, served.url);
    });
    after(async () => {
      host?.client.close();
      await served?.close();
    });
    for (const { name, check } of behaviours) {
      // A host that misses the end of a request would let its test wait forever.
      test(name, { timeout: 120_000 }, async () => {
        if (host === undefined) throw new TypeError("The host was not served");
        await check(host);
      });
    }
  });
}
