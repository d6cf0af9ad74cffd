import { apiKeyCookie, authenticate, body, createApi, get, patch, post } from "lockstep";
import { outgoingWebhook } from "lockstep/webhook";
import { z } from "zod";
import { currentUser, writer } from "./02-roles-and-scopes.ts";
import { ownNote } from "./03-owning-objects.ts";
import { noteCreated } from "./21-webhooks-sending.ts";
import { users } from "./setting.ts";

// #region schema
const Note = z
  .object({ id: z.uuid(), text: z.string().meta({ description: "CommonMark." }) })
  .meta({ id: "Note", description: "A note, as its owner sees it." });
const NoteChange = z.object({ text: z.string() }).meta({ id: "NoteChange" });
// #endregion

// #region route
const readNote = get(
  "/notes/:id",
  {
    summary: "Read a note",
    description: "The caller's own notes only.",
    tags: ["Notes"],
    operationId: "readNote",
    deps: { note: ownNote },
    response: Note,
    example: { id: "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c", text: "Buy milk" },
  },
  ({ note }) => note,
);
// #endregion
const routes = [
  readNote,
  patch("/notes/:id", { deps: { note: ownNote, user: writer, change: body(NoteChange) }, response: Note }, ({ note, change }) => ({
    ...note,
    ...change,
  })),
  get("/me", { deps: { user: currentUser }, response: z.object({ id: z.string() }) }, ({ user }) => user),
];

// #region open
export const demo = createApi({
  title: "Notes",
  version: "1.0.0",
  description: "Notes that only their owner can read.",
  servers: [{ url: "https://api.example.com", description: "Production" }],
  docs: { public: "a demo on this machine" },
  routes,
});
// #endregion

// #region guarded
export const sessions = new Map<string, string>(); // session id → user id

const staff = authenticate({ session: apiKeyCookie({ name: "__Host-session" }) }, ({ session }) =>
  users.get(sessions.get(session.reveal()) ?? ""),
);

export const api = createApi({ title: "Notes", version: "1.0.0", docs: { access: staff }, routes });
// #endregion

// #region sent
export const reportReady = outgoingWebhook({
  summary: "A report is ready",
  payload: z.object({ reportId: z.string(), status: z.enum(["done", "failed"]) }),
});

const requestReport = post(
  "/reports",
  {
    deps: { user: writer, asked: body(z.object({ callbackUrl: z.url() })) },
    status: 202,
    callbacks: { reportReady: { url: "{$request.body#/callbackUrl}", webhook: reportReady } },
  },
  () => "accepted",
);

export const sending = createApi({
  title: "Notes",
  version: "1.0.0",
  webhooks: { noteCreated },
  routes: [requestReport],
});
// #endregion

// #region page
export const branded = createApi({
  title: "Notes",
  version: "1.0.0",
  docs: {
    access: staff,
    theme: "auto", // "light" is the default
    logo: "/logo.svg",
    clientId: "docs-page",
    authorizationParameters: { audience: "https://api.example.com" },
    tryItOut: false,
  },
  routes,
});
// #endregion
