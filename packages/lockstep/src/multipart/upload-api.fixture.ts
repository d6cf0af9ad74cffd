/** An application that takes plans of its users' projects and stores them as files; and the hosts that serve it. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { request, type Server } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fastify } from "fastify";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import { type Api, createApi } from "../api/api.ts";
import { resource } from "../dependency/resource.ts";
import { bridgeToHttp2 } from "../host/fastify/http2-bridge.fixture.ts";
import { fastifyServer, lockstep } from "../host/fastify/index.ts";
import { serveFetch } from "../host/fetch/index.ts";
import { serveFetchFunction } from "../host/fetch/node-bridge.fixture.ts";
import { post } from "../route/route.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import type { ServedApi } from "../testing/index.ts";
import { boundary, formType } from "./form-body.fixture.ts";
import { multipart } from "./index.ts";

/** The largest plan, in bytes. */
export const maxPlanBytes: number = 60 * 1024 * 1024;

/**
 * How many bytes may be read of a connection and not be stored yet: Node.js reads ahead of a slow reader, and the frames of
 * HTTP/2 count, too.
 */
export const mostInMemory: number = 512 * 1024;

/** Where plans are stored. Everything that happens is in the log. */
export class PlanStore {
  readonly folder: string;
  readonly log: string[] = [];
  /** How many bytes of the current upload have been written. */
  written = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<PlanStore> {
    return new PlanStore(await mkdtemp(join(tmpdir(), "lockstep-plans-")));
  }

  /** Stores a file under a name of its own. Each piece is written before the next is asked for. */
  async put(pieces: AsyncIterable<Uint8Array>, after: () => void): Promise<{ bytes: number; sha256: string }> {
    const hash = createHash("sha256");
    this.written = 0;
    const file = await open(join(this.folder, crypto.randomUUID()), "wx");
    try {
      for await (const piece of pieces) {
        await file.write(piece);
        hash.update(piece);
        this.written += piece.length;
        after();
      }
    } finally {
      await file.close();
    }
    return { bytes: this.written, sha256: hash.digest("hex") };
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

const projects = new Map([
  ["p1", { id: "p1", ownerId: "alice" }],
  ["p2", { id: "p2", ownerId: "bob" }],
]);

const Stored = z.object({ project: z.string(), title: z.string(), name: z.string(), bytes: z.int(), sha256: z.string() });

/** The application. `afterPiece` is called whenever a piece has been written. */
export function planApi(store: PlanStore, afterPiece: () => void = () => {}): Api {
  const { log } = store;
  const db = resource({}, async function* () {
    try {
      yield store;
      log.push("commit");
    } catch (error) {
      log.push(`rollback ${error instanceof Error && "code" in error ? String(error.code) : ""}`);
      throw error;
    }
  });
  const user = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, ({ key }) => ({ id: key.reveal() }));
  const upload = multipart({
    fields: z.object({ projectId: z.string(), title: z.string() }),
    files: { plan: { mediaTypes: ["application/octet-stream"], maxBytes: maxPlanBytes } },
  });
  const project = owned(
    { upload, user },
    ({ upload }) => projects.get(upload.fields.projectId),
    (found) => found.ownerId,
  );
  return createApi({
    title: "Plans",
    version: "1",
    audit: (event) => void log.push(event.type),
    onError: (error) => void log.push(`error ${String(error)}`),
    routes: [
      post("/plans", { deps: { project, upload, db }, response: Stored }, async ({ project, upload, db }) => {
        log.push("handler");
        let stored = { bytes: 0, sha256: "" };
        let name = "";
        for await (const file of upload.files) {
          stored = await db.put(file.stream, afterPiece);
          name = file.name ?? "";
        }
        return { project: project.id, title: upload.fields.title, name, ...stored };
      }),
      post(
        "/plans/unread",
        { deps: { project, upload, db }, response: z.object({ title: z.string() }) },
        ({ upload }) => upload.fields,
      ),
    ],
  });
}

/** The hosts. `onSocket` is told each connection that the server accepts. */
export const hosts: Readonly<Record<string, (api: Api, onSocket?: (socket: Socket) => void) => Promise<ServedApi>>> = {
  "Fastify, alone": async (api, onSocket = () => {}) => {
    const server = fastifyServer(api);
    server.server.on("connection", onSocket);
    return { url: await server.listen({ host: "127.0.0.1", port: 0 }), close: () => server.close() };
  },
  "Fastify, under a prefix": async (api, onSocket = () => {}) => {
    const app = fastify({ forceCloseConnections: true });
    app.server.on("connection", onSocket);
    await app.register(lockstep(api), { prefix: "/api" });
    return { url: `${await app.listen({ host: "127.0.0.1", port: 0 })}/api`, close: () => app.close() };
  },
  "Fastify, HTTP/2": async (api, onSocket = () => {}) => {
    const app = fastify({ http2: true });
    app.server.on("connection", onSocket);
    await app.register(lockstep(api));
    const bridge = await bridgeToHttp2(await app.listen({ host: "127.0.0.1", port: 0 }));
    const close = async (): Promise<void> => {
      await bridge.close();
      await app.close();
    };
    return { url: bridge.url, close };
  },
  fetch: (api, onSocket = () => {}) =>
    serveFetchFunction(serveFetch(api), (server: Server) => void server.on("connection", onSocket)),
};

/** What a client sends before the content of a plan. */
export function beforePlan(projectId = "p1"): string {
  const disposition = "Content-Disposition: form-data; name=";
  return [
    `--${boundary}\r\n${disposition}"projectId"\r\n\r\n${projectId}`,
    `--${boundary}\r\n${disposition}"title"\r\n\r\nHouse`,
    `--${boundary}\r\n${disposition}"plan"; filename="../house.dwg"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  ].join("\r\n");
}

/** What a client sends behind it. */
export const behindPlan = `\r\n--${boundary}--\r\n`;

/** An upload that is being sent. */
export interface SentUpload {
  readonly status: number;
  readonly text: string;
  readonly sha256: string;
}

/** Sends a plan of this many random bytes, as fast as the server takes it. */
export async function sendPlan(url: string, bytes: number, { isAnnounced = true, projectId = "p1" } = {}): Promise<SentUpload> {
  const [before, hash] = [beforePlan(projectId), createHash("sha256")];
  const length = before.length + bytes + behindPlan.length;
  const outgoing = request(`${url}/plans`, {
    method: "POST",
    headers: { "content-type": formType, "x-key": "alice", ...(isAnnounced && { "content-length": length }) },
  });
  const answered = once(outgoing, "response");
  outgoing.write(before);
  const block = randomBytes(65_536);
  for (let left = bytes; left > 0; left -= block.length) {
    const piece = block.subarray(0, left);
    hash.update(piece);
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, "drain"), answered]);
  }
  outgoing.end(behindPlan);
  const [message] = await answered;
  let text = "";
  for await (const piece of message) text += String(piece);
  return { status: message.statusCode, text, sha256: hash.digest("hex") };
}
