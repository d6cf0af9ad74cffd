import { anyOf, apiKeyHeader, authenticate, createApi, deny, get, mutualTls, optional, sameSecret } from "lockstep";
import { currentUser } from "./02-roles-and-scopes.ts";
import { notes } from "./setting.ts";

// #region client
const key = apiKeyHeader({ name: "X-API-Key" });
export const demoKey = crypto.randomUUID(); // your keys come from a store, hashed

export const apiClient = authenticate({ key }, ({ key }) =>
  sameSecret(key, demoKey) ? { name: "nightly export" } : deny("unknown key"),
);
// #endregion

// #region anyOf
const caller = anyOf({ user: currentUser, client: apiClient });
// #endregion

// #region and
const machine = authenticate({ certificate: mutualTls() }, ({ certificate }) => ({ subject: certificate.reveal().subject }));
// #endregion

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    // #region anyOf-route
    get("/feed", { deps: { caller } }, ({ caller }) => {
      switch (caller.via) {
        case "user":
          return { for: caller.value.email };
        case "client":
          return { for: caller.value.name };
      }
    }),
    // #endregion
    // #region optional
    get("/welcome", { public: "the start page", deps: { user: optional(currentUser) } }, ({ user }) => ({
      hello: user?.email ?? "stranger",
    })),
    // #endregion
    // #region and-route
    get("/export", { deps: { user: currentUser, client: apiClient } }, ({ user, client }) => ({
      by: `${user.email} through ${client.name}`,
      count: notes.size,
    })),
    // #endregion
    // #region nested
    get("/status", { deps: { caller, machine } }, ({ caller, machine }) => ({ via: caller.via, machine: machine.subject })),
    // #endregion
  ],
});
