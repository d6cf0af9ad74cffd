import { anyOf, apiKeyHeader, authenticate, createApi, deny, firstOf, get, mutualTls, optional, sameSecret } from "lockstep";
import { z } from "zod";
import { currentUser } from "./02-roles-and-scopes.ts";
import { anyNote, ownNote } from "./03-owning-objects.ts";

// #region client
const key = apiKeyHeader({ name: "X-API-Key" });
export const demoKey = crypto.randomUUID(); // an application compares with hashes from a store instead

export const apiClient = authenticate({ key }, ({ key }) =>
  sameSecret(key, demoKey) ? { id: "nightly-export", name: "Nightly export" } : deny("unknown key"),
);
// #endregion

// #region anyOf
const caller = anyOf({ user: currentUser, client: apiClient });
// #endregion

// #region firstOf
const readableNote = firstOf({ own: ownNote, any: anyNote });
// #endregion

// #region and
const machine = authenticate({ certificate: mutualTls() }, ({ certificate }) => ({ id: certificate.reveal().subject }));
// #endregion

const Note = z.object({ id: z.uuid(), text: z.string() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    // #region anyOf-route
    get("/feed", { deps: { caller } }, ({ caller }) => {
      switch (caller.via) {
        case "user":
          return `Feed of ${caller.value.email}`;
        case "client":
          return `Feed for ${caller.value.name}`;
      }
    }),
    // #endregion
    // #region firstOf-route
    get("/notes/:id", { deps: { note: readableNote }, response: Note }, ({ note }) => note),
    // #endregion
    // #region optional
    get("/welcome", { public: "the start page", deps: { user: optional(currentUser) } }, ({ user }) =>
      user === undefined ? "Hello, stranger" : `Hello, ${user.email}`,
    ),
    // #endregion
    // #region and-route
    get(
      "/export",
      { deps: { user: currentUser, client: apiClient } },
      ({ user, client }) => `${user.email} through ${client.name}`,
    ),
    // #endregion
    // #region nested
    get("/status", { deps: { caller, machine } }, ({ caller, machine }) => `${caller.via} on ${machine.id}`),
    // #endregion
  ],
});
