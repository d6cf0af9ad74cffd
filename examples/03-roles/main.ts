/** Roles: each includes the roles below it, and each is a dependency. */
import { authenticate, authorize, createApi, del, deny, get, httpBearer, roles } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

interface User {
  readonly id: string;
  readonly role: "admin" | "editor" | "reader";
  readonly isActive: boolean;
}

/** Tokens of the demo, new at each start. `02-bearer-jwt` shows real ones. */
export const tokens = { ann: crypto.randomUUID(), bob: crypto.randomUUID(), cid: crypto.randomUUID() };
const users = new Map<string, User>([
  [tokens.ann, { id: "ann", role: "admin", isActive: true }],
  [tokens.bob, { id: "bob", role: "reader", isActive: true }],
  [tokens.cid, { id: "cid", role: "admin", isActive: false }],
]);

const currentUser = authenticate({ token: httpBearer() }, ({ token }) => users.get(token.reveal()));
const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
const role = roles({ admin: ["editor"], editor: ["reader"], reader: [] }, activeUser, (user) => user.role);

const Me = z.object({ id: z.string(), role: z.string() });
const Titles = z.array(z.string());

export const api = createApi({
  title: "Roles",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/me", { deps: { user: currentUser }, response: Me }, ({ user }) => user),
    get("/articles", { deps: { reader: role.require("reader") }, response: Titles }, () => ["First", "Second"]),
    get("/drafts", { deps: { editor: role.require("editor") }, response: Titles }, () => ["Third"]),
    del("/articles", { deps: { admin: role.require("admin") } }, () => undefined),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`);
  console.log("Bearer tokens:", tokens);
}
