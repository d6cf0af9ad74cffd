import { anyOf, apiKeyCookie, authenticate, body, createApi, get, post, responseHeaders } from "lockstep";
import { z } from "zod";
import { writer } from "./02-roles-and-scopes.ts";
import { notes, users } from "./setting.ts";

export const sessions = new Map<string, string>(); // session id → user id

// #region caller
const session = apiKeyCookie({ name: "__Host-session" });
const signedIn = authenticate({ session }, ({ session }) => users.get(sessions.get(session.reveal()) ?? ""));

const caller = anyOf({ program: writer, browser: signedIn });
// #endregion

const Text = z.object({ text: z.string() });

const routes = [
  get(
    "/notes",
    { deps: { caller, headers: responseHeaders({ "X-Total-Count": "How many notes there are." }) }, response: z.array(Text) },
    ({ caller, headers }) => {
      const own = [...notes.values()].filter((note) => note.ownerId === caller.value.id);
      headers.set("X-Total-Count", String(own.length));
      return own;
    },
  ),
  post("/notes", { deps: { caller, note: body(Text) }, status: 201, response: Text }, ({ note }) => note),
];

// #region api
export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  servers: [{ url: "https://api.notes.example" }],
  origins: ["https://app.notes.example", "capacitor://localhost", "http://localhost:5173"],
  routes,
});
// #endregion

// #region open
export const openApi = createApi({
  title: "Weather",
  version: "1.0.0",
  cors: { origins: "*", maxAgeSeconds: 86_400 }, // every page may read, without cookies
  routes: [get("/weather", { public: "anyone may read the weather" }, () => "rain")],
});
// #endregion
