/** The process of `sentry.test.ts`: an API on Fastify, beside a Sentry that instruments http. */
import { captureException, flush } from "@sentry/node";
import { z } from "zod";
import {
  apiKeyHeader,
  authenticate,
  bodyStream,
  createApi,
  eventStream,
  get,
  nothing,
  path,
  post,
  query,
  stream,
  text,
  body,
} from "../../index.ts";
import { openTelemetry } from "../../opentelemetry/index.ts";
import { multipart } from "../../multipart/index.ts";
import { fastifyServer } from "./fastify-server.ts";

/** The process tells where it listens, and answers each message after Sentry has sent everything. */
export type Told = { readonly url: string } | { readonly flushed: boolean };

const user = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, ({ key }) => {
  // A variable that holds a secret, for the values of variables that Sentry reads.
  const revealed = key.reveal();
  return revealed === "" ? undefined : { id: "alice" };
});
const upload = multipart({ files: { plan: { mediaTypes: ["application/octet-stream"], maxBytes: 4_000_000 } } });
const pieces = bodyStream({ maxBytes: 4_000_000, identifies: nothing("it is a test") });
const note = body(z.strictObject({ text: z.string() }));
const secret = path("secret", z.string(), { identifies: nothing("it is a test") });

const api = createApi({
  title: "Beside Sentry",
  version: "1",
  audit: () => {},
  observe: openTelemetry(),
  onError: (error, { requestId, route, subject }) => {
    captureException(error, { tags: { request_id: requestId, route }, ...(subject !== undefined && { user: { id: subject } }) });
  },
  routes: [
    post("/echo", { deps: { user, pieces }, response: text("application/octet-stream"), status: 200 }, ({ pieces }) =>
      stream(pieces),
    ),
    post("/upload", { deps: { user, upload }, response: z.array(z.int()), status: 200 }, async ({ upload }) => {
      const sizes: number[] = [];
      for await (const file of upload.files) {
        let size = 0;
        for await (const piece of file.stream) size += piece.length;
        sizes.push(size);
      }
      return sizes;
    }),
    get("/events", { deps: { user }, response: eventStream(z.int()) }, async function* () {
      for (const id of [1, 2, 3]) yield await Promise.resolve({ id: String(id), data: id });
    }),
    post("/broken/:secret", { deps: { user, note, secret, q: query("q", z.string()) }, status: 200 }, ({ note }) => {
      const copied = note.text;
      throw new RangeError(`It broke after ${copied.length} characters`);
    }),
  ],
});

process.on("message", () => void flush().then((flushed) => process.send?.({ flushed } satisfies Told)));
process.on("disconnect", () => process.exit());
const server = fastifyServer(api);
process.send?.({ url: await server.listen({ host: "127.0.0.1", port: 0 }) } satisfies Told);
