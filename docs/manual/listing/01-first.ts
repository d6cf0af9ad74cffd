import { authenticate, authorize, createApi, deny, get, oauth2PasswordBearer, owned, path } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { jwtVerifier } from "lockstep/jwt";
import { z } from "zod";
import { issuer, keys, notes, users } from "./setting.ts";

const token = oauth2PasswordBearer({ tokenUrl: "https://login.example/token" });
const accessTokens = jwtVerifier({ issuer, audience: "notes", keys, algorithms: ["ES256"], typ: "at+jwt" });

// Who is asking? An invalid token and an unknown user get 401.
const currentUser = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => users.get(claims.sub));

// May they do this? If not, the answer is 403.
const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));

// Is this note theirs? A missing note and somebody else's note get the same 404.
const ownNote = owned(
  { id: path("id", z.uuid()), user: activeUser },
  ({ id }) => notes.get(id),
  (note) => note.ownerId,
);

const Profile = z.object({ id: z.string(), email: z.email() });
const Note = z.object({ id: z.uuid(), text: z.string() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  docs: { public: "an example on this machine" },
  routes: [
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    get("/me", { deps: { user: activeUser }, response: Profile }, ({ user }) => user),
    get("/notes/:id", { deps: { note: ownNote }, response: Note }, ({ note }) => note),
  ],
});

if (import.meta.main) console.log(await fastifyServer(api).listen({ host: "127.0.0.1", port: 3000 }));
