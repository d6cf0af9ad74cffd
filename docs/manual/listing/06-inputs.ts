import {
  body,
  connection,
  cookie,
  createApi,
  depends,
  form,
  get,
  header,
  nothing,
  path,
  post,
  put,
  query,
  rawBody,
  reply,
  sameSite,
} from "lockstep";
import { z } from "zod";
import { currentUser, writer } from "./02-roles-and-scopes.ts";
import { notes } from "./setting.ts";

// #region query
const page = depends(
  { limit: query("limit", z.int().min(1).max(100).default(20)), offset: query("offset", z.int().min(0).default(0)) },
  ({ limit, offset }) => ({ from: offset, to: offset + limit }),
);
const tags = query("tag", z.array(z.string()).default([]));
// #endregion

// #region head
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
const language = header("Accept-Language", z.string().default("en"));
const theme = cookie("theme", z.enum(["light", "dark"]).default("light"));
// #endregion

// #region body
const NewNote = z.object({ text: z.string().min(1).max(10_000), pinned: z.boolean().default(false) });
const note = body(NewNote);
// #endregion

// #region form
const feedback = form(z.object({ stars: z.int().min(1).max(5), comment: z.string().optional() }));
const picture = rawBody({ mediaTypes: ["image/png"], identifies: nothing("the bytes of a picture") });
// #endregion

const Login = z.object({ name: z.string(), password: z.string() });
const NotePage = z.object({ tags: z.array(z.string()), texts: z.array(z.string()) });
const Report = z.object({ year: z.int(), language: z.string(), theme: z.string() });
const Device = z.object({ address: z.string(), browser: z.string(), request: z.string() });

/** Starts a session. An application verifies the password first, and stores a hash of the session's id. */
const start = (_login: z.infer<typeof Login>): string => crypto.randomUUID();

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  // #region limits
  limits: { maxBodyBytes: 100_000, maxJsonDepth: 8 },
  // #endregion
  routes: [
    get("/notes", { deps: { user: currentUser, page, tags }, response: NotePage }, ({ user, page, tags }) => {
      const own = [...notes.values()].filter((note) => note.ownerId === user.id);
      return { tags, texts: own.slice(page.from, page.to).map((note) => note.text) };
    }),
    get("/reports/:year", { deps: { user: currentUser, year, language, theme }, response: Report }, (values) => values),
    // #region body-route
    post("/notes", { deps: { user: writer, note }, status: 201, response: NewNote }, ({ note }) => note),
    // #endregion
    post("/feedback", { public: "anyone may send feedback", deps: { feedback }, status: 200 }, ({ feedback }) => feedback.stars),
    // #region connection
    get("/me/device", { deps: { user: currentUser, came: connection() }, response: Device }, ({ came }) => ({
      address: came.address ?? "unknown",
      browser: came.userAgent ?? "unknown",
      request: came.requestId,
    })),
    // #endregion
    // #region same-site
    post("/session", { public: "signing in", deps: { sameSite: sameSite(), login: form(Login) } }, ({ login }) =>
      reply(204, undefined, { cookies: [{ name: "__Host-session", value: start(login) }] }),
    ),
    // #endregion
    // #region route-limit
    put("/me/picture", { deps: { user: writer, picture }, status: 200, maxBodyBytes: 2_000_000 }, ({ picture }) => picture.length),
    // #endregion
  ],
});
