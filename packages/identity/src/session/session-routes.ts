/** The routes of sessions: browsers sign in and out, and users list and end their own sessions. */
import {
  anyOf,
  body,
  connection,
  del,
  depends,
  get,
  nothing,
  optional,
  owned,
  path,
  post,
  problem,
  query,
  reply,
  type Route,
} from "lockstep";
import { z } from "zod";
import { checkOwnPassword, checkRecentSignIn, type OwnPasswordServices } from "../password/own-password.ts";
import { OwnPassword } from "../password/password-schema.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import { browserSignedOut, ownSite, type sessionScheme, signedOut } from "./session-cookie.ts";
import type { SessionRecord } from "./session-store.ts";
import { signInRoute, type SignInRouteServices } from "./sign-in-route.ts";

/** The services that the routes need. */
export interface SessionServices extends SignInRouteServices {
  readonly throttle: SignInRouteServices["throttle"] & OwnPasswordServices["throttle"];
  /** Who may list and end the sessions of an account. */
  readonly holder: SignedInUser;
  /** The scheme of the session's cookie. */
  readonly scheme: ReturnType<typeof sessionScheme>;
}

const SessionView = z
  .object({
    id: z.uuid(),
    kind: z.enum(["browser", "tokens"]),
    clientId: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: z.iso.datetime(),
    seenAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    current: z.boolean().meta({ description: "Whether this is the session of the request." }),
  })
  .meta({ id: "Session" });

const SessionList = z.object({ items: z.array(SessionView) }).meta({ id: "SessionList" });

const tags = ["Sessions"];
const again = { sign_in_again: "The sign-in was too long ago. Confirm it at `POST /auth/session/confirm`." };

/** Creates the routes under `/auth/session` and `/auth/sessions`, and `POST /auth/logout`. */
export function sessionRoutes(services: SessionServices): Route[] {
  return [signInRoute(services), confirmRoute(services), listRoute(services), ...endRoutes(services), logoutRoute(services)];
}

function confirmRoute({ settings, throttle, sessions, holder }: SessionServices): Route {
  return post(
    "/auth/session/confirm",
    {
      summary: "Confirm my sign-in",
      description:
        "With the password, this session counts as a recent sign-in again. A program refreshes its token afterwards, because the time is in the token.",
      tags,
      deps: { user: holder, connection: connection(), body: body(OwnPassword) },
      status: 204,
      problems: { 403: { wrong_password: "The password is wrong." }, 429: { too_many_requests: "Too many attempts." } },
      maxBodyBytes: 16_384,
    },
    async ({ user, connection, body: { password } }) => {
      await checkOwnPassword({ user, connection, password }, { settings, throttle });
      if (user.sessionId !== undefined) await sessions.confirm(user.sessionId, { requestId: connection.requestId });
    },
  );
}

function listRoute({ sessions, holder }: SessionServices): Route {
  const deps = {
    user: holder,
    limit: query("limit", z.int().min(1).max(100).default(50)),
    after: query("after", z.uuid().optional(), { identifies: nothing("a place in the caller's own list") }),
  };
  return get(
    "/auth/sessions",
    { summary: "List my sessions, the newest first", tags, deps, response: SessionList },
    async ({ user, limit, after }) => {
      const found = await sessions.list(user.id, { limit, after });
      return { items: found.map((each) => viewOf(each, user)) };
    },
  );
}

function endRoutes({ settings, throttle, sessions, holder }: SessionServices): Route[] {
  const session = owned(
    { id: path("id", z.uuid()), user: holder },
    async ({ id }) => {
      const found = await sessions.findById(id);
      return found?.endedAt === undefined ? found : undefined;
    },
    ({ accountId }) => accountId,
  );
  const deps = { user: holder, connection: connection() };
  const ending = { tags, status: 204, problems: { 403: again } } as const;
  return [
    del(
      "/auth/sessions/:id",
      {
        summary: "End one of my sessions",
        description: "API keys that were made in it end, too.",
        deps: { ...deps, session },
        ...ending,
      },
      async ({ session: { id }, user, connection }) => {
        const isOwn = id === user.sessionId;
        // Ending the session that asks is signing out, which is always allowed.
        if (!isOwn) await checkRecentSignIn({ user, connection }, { settings, throttle });
        await sessions.end({ id }, "ended_by_owner", { requestId: connection.requestId });
        return signedOut(settings, isOwn ? user : undefined);
      },
    ),
    del(
      "/auth/sessions",
      {
        summary: "Sign out everywhere",
        description: "Ends every session, token and API key of the account.",
        deps,
        ...ending,
      },
      async ({ user, connection }) => {
        await checkRecentSignIn({ user, connection }, { settings, throttle });
        await sessions.end({ accountId: user.id }, "signed_out_everywhere", { requestId: connection.requestId });
        return signedOut(settings, user);
      },
    ),
  ];
}

/**
 * Signs out. It is idempotent: the cookie of a session that is over is removed, and a caller without a credential is signed out
 * already. The cross-site rule applies to every request with the cookie. A request without it changes nothing in the browser, so
 * another site gains nothing by sending one.
 */
function logoutRoute({ settings, sessions, holder, scheme }: SessionServices): Route {
  const cookie = depends({ secret: scheme, site: ownSite(settings) }, ({ secret }) => secret);
  const about = {
    public: "signing out: a browser whose session is over has no credential left",
    summary: "Sign out",
    tags,
    problems: { 403: "The request comes from another site, or the credential does not belong to a session." },
  };
  const deps = { who: optional(anyOf({ cookie, user: holder })), connection: connection() };
  return post("/auth/logout", { ...about, deps, status: 204 }, async ({ who, connection: { requestId } }) => {
    if (who === undefined) return reply(204, undefined);
    if (who.via === "cookie") {
      const found = await sessions.find(who.value);
      if (found !== undefined) await sessions.end({ id: found.id }, "signed_out", { requestId });
      return browserSignedOut(settings);
    }
    // Every token of a user belongs to a session. One without a session cannot be ended, so do not answer that it was.
    const id = who.value.sessionId ?? problem(403, "forbidden", "This credential does not belong to a session.");
    await sessions.end({ id }, "signed_out", { requestId });
    return reply(204, undefined);
  });
}

function viewOf(session: SessionRecord, user: User): z.input<typeof SessionView> {
  const { id, kind, clientId = null, userAgent = null, createdAt, seenAt, expiresAt } = session;
  const times = { createdAt: iso(createdAt), seenAt: iso(seenAt), expiresAt: iso(expiresAt) };
  return { id, kind, clientId, userAgent, ...times, current: id === user.sessionId };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
