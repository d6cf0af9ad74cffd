/** `POST /auth/session`: a browser signs in and gets a cookie. */
import {
  type Connection,
  cookie,
  depends,
  type Dependency,
  form,
  nothing,
  post,
  problem,
  Redacted,
  reply,
  type Reply,
  type Route,
} from "lockstep";
import { z } from "zod";
import { signIn, SignInRefused, type SignInServices } from "../password/sign-in.ts";
import type { Settings } from "../settings.ts";
import { clientConnection } from "../throttle/client-connection.ts";
import { deviceCookie, deviceCookieName } from "../throttle/device-cookie.ts";
import { ownSite, sessionCookie, sessionCookieName } from "./session-cookie.ts";
import type { Sessions } from "./sessions.ts";

/** The services that the route needs. */
export interface SignInRouteServices extends SignInServices {
  readonly sessions: Sessions;
}

const SignInForm = z
  .object({
    username: z
      .string()
      .min(1)
      .max(320)
      .regex(/^\P{Cc}*$/u)
      // Without examples, documentation tools would invent one from the pattern.
      .meta({ examples: ["alice@example.com"] }),
    password: z.string().min(1).max(1024),
  })
  .meta({ id: "SignInForm" });

const StartedSession = z.object({ id: z.uuid(), expiresAt: z.iso.datetime() }).meta({ id: "StartedSession" });

const problems = {
  401: { sign_in_refused: "The address or the password is wrong, or the account may not sign in." },
  403: { insecure_transport: "The connection is not encrypted.", cross_site: "The request comes from another site." },
  429: { too_many_requests: "Too many attempts." },
};

/** Creates the sign-in route. It accepts only requests from pages of this site (C-10). */
export function signInRoute(services: SignInRouteServices): Route {
  const { settings } = services;
  const deps = {
    site: ownSite(settings),
    connection: encryptedConnection(settings),
    form: form(SignInForm),
    before: cookie(sessionCookieName(settings), z.string().optional(), {
      identifies: nothing("the secret of the session that the browser had, and which this ends"),
    }),
    device: cookie(deviceCookieName(settings), z.string().optional()),
  };
  const about = { summary: "Sign in with a cookie", tags: ["Sessions"], problems, maxBodyBytes: 16_384 };
  return post(
    "/auth/session",
    { public: "signing in", ...about, deps, response: StartedSession },
    async ({ form: { username, password }, ...request }) => {
      try {
        return await start({ ...request, username, password: new Redacted(password) }, services);
      } catch (error) {
        if (error instanceof SignInRefused) refused(settings);
        throw error;
      }
    },
  );
}

interface StartRequest {
  readonly username: string;
  readonly password: Redacted<string>;
  readonly connection: Connection;
  /** The session cookie that the request carried. It signs nobody in; its session is ended. */
  readonly before: string | undefined;
  readonly device: string | undefined;
}

async function start(request: StartRequest, services: SignInRouteServices): Promise<Reply<z.input<typeof StartedSession>, 200>> {
  const { settings, sessions } = services;
  const { account, position, device } = await signIn(request, services);
  const { connection, before } = request;
  const begun = {
    account,
    position,
    kind: "browser",
    scope: settings.scopesOf(account).join(" "),
    userAgent: connection.userAgent,
    replaces: before === undefined ? undefined : new Redacted(before),
  } as const;
  const { id, secret, expiresAt } = await settings.audit.recorded(settings.database, connection, (record) =>
    sessions.start(begun, record),
  );
  const session = secret === undefined ? [] : [sessionCookie(settings, secret)];
  return reply(
    200,
    { id, expiresAt: new Date(expiresAt).toISOString() },
    { cookies: [...session, deviceCookie(settings, device)], headers: { "cache-control": "no-store" } },
  );
}

/** Refuses a sign-in. The answer is the same for an unknown address, a wrong password and a disabled account (L-05). */
function refused(settings: Settings): never {
  // RFC 9110 §15.5.2: a 401 has a challenge. The session's scheme uses the same `Cookie`.
  const headers = { "www-authenticate": `Cookie name="${sessionCookieName(settings)}"` };
  problem(401, "sign_in_refused", "The user name or the password is wrong.", { headers });
}

/**
 * Refuses to send a session cookie over a connection that others can read (S-20). The demo allows it for callers on the same
 * machine.
 */
function encryptedConnection(settings: Settings): Dependency<Connection> {
  const { insecureCookies } = settings;
  return depends({ connection: clientConnection(settings) }, ({ connection }) => {
    if (connection.secure || (insecureCookies && isLoopback(connection.address))) return connection;
    problem(403, "insecure_transport", "Signing in needs an encrypted connection (https).");
  });
}

/** Whether the caller is on this machine. If the host does not know the address, no other machine can have connected. */
function isLoopback(address: string | undefined): boolean {
  return address === undefined || address === "::1" || /^(?:::ffff:)?127\./.test(address);
}
