/** A small API and an application that it is a part of. */
import { fastify, type FastifyInstance, type FastifyServerOptions } from "fastify";
import { authenticate } from "../../access/authenticate.ts";
import { resource } from "../../dependency/resource.ts";
import { body } from "../../input/body.ts";
import { nothing } from "../../input/nothing.ts";
import { path } from "../../input/path.ts";
import { BuildError } from "../../problem/error.ts";
import { type Api, createApi } from "../../api/api.ts";
import { get, patch, post } from "../../route/route.ts";
import { unchecked } from "../../route/unchecked.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { anyText, plainSchema } from "../../testing/plain-schema.ts";
import { lockstep } from "./index.ts";

/** A good credential. */
export const good: Readonly<Record<string, string>> = { authorization: "Bearer good" };
/** A JSON body. */
export const json: Readonly<Record<string, string>> = { "content-type": "application/json" };

/** Notes of one user, whose token is `good`; `log` sees the resource of each request. */
export function notesApi(log: string[] = []): Api {
  const session = resource({}, function* () {
    log.push("open");
    try {
      yield log;
    } catch (error) {
      log.push("rollback");
      throw error;
    }
    log.push("commit");
  });
  const user = authenticate({ token: httpBearer(), session }, ({ token }) =>
    token.reveal() === "good" ? { id: "alice" } : undefined,
  );
  const id = path("id", anyText, { identifies: nothing("a name in the path") });
  const change = body(
    plainSchema<{ readonly text: string }>({ type: "object", properties: { text: { type: "string" } }, required: ["text"] }),
  );
  return createApi({
    title: "Notes",
    version: "1",
    docs: { public: "a test" },
    audit: () => {},
    routes: [
      get("/", { public: "the root", response: unchecked("a test") }, () => ({ root: true })),
      get("/notes/:id", { deps: { user, id }, response: unchecked("a test") }, ({ id }) => ({ id })),
      patch(
        "/notes/:noteId",
        {
          deps: { user, id: path("noteId", anyText, { identifies: nothing("a name in the path") }), change },
          response: unchecked("a test"),
        },
        ({ change }) => change,
      ),
      post("/notes", { deps: { user, change }, response: unchecked("a test") }, ({ change }) => change),
    ],
  });
}

/** An application of which the API is a part. */
export async function applicationWith(api: Api, prefix: string, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = fastify(options);
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => done(null, { own: text }));
  app.post("/own", (request) => request.body);
  await app.register(lockstep(api, { foreign: ["POST /own"] }), { prefix });
  return app;
}

/** The status of an answer. */
export const statusOf = async (
  app: FastifyInstance,
  method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH",
  url: string,
  headers = {},
): Promise<number> => (await app.inject({ method, url, headers })).statusCode;

/** Tells a mistake of the developer by its code and what its message says. */
export function isBuildError(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BuildError && error.code === code && message.test(error.message);
}
