/** Pushes from GitHub. Its signature covers the body only, so the name of the event is a header that anyone could change. */
import { randomBytes } from "node:crypto";
import { createApi, depends, header, post } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { githubWebhook, memoryReplays } from "lockstep/webhook";
import { z } from "zod";

/** The secret of the webhook, whose content type is application/json. If it is not set, each start creates a random one. */
export const secret = process.env["GITHUB_WEBHOOK_SECRET"] ?? randomBytes(32).toString("hex");

const Push = z.object({ ref: z.string(), after: z.string(), repository: z.object({ full_name: z.string() }) });
const Ping = z.object({ zen: z.string() });

const event = githubWebhook({ secrets: [secret], payload: z.union([Push, Ping]), replays: memoryReplays() });
const name = header("X-GitHub-Event", z.enum(["push", "ping"]));

/** The last commit of each branch, in the place of a database. */
export const heads = depends({}, () => new Map<string, string>(), { lifetime: "app" });

export const api = createApi({
  title: "GitHub",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    // The schema decides what an event is. The header only has to agree.
    post("/hooks/github", { deps: { event, name, heads }, status: 204 }, ({ event: { payload }, name, heads }) => {
      if (name === "push" && "ref" in payload) heads.set(`${payload.repository.full_name} ${payload.ref}`, payload.after);
    }),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/hooks/github`);
}
