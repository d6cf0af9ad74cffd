/** The route on which somebody accepts an invitation. `admin/` has the route that sends one. */
import { body, post, reply, type Route } from "lockstep";
import { clientConnection } from "../throttle/client-connection.ts";
import { AccountId, TokenAndPassword } from "./account-schema.ts";
import type { AccountServices } from "./account-services.ts";
import { acceptInvitation } from "./invitation.ts";

/** Builds `POST /auth/invitations/accept`. */
export function acceptRoute(services: Pick<AccountServices, "settings" | "throttle">): Route {
  return post(
    "/auth/invitations/accept",
    {
      public: "accepting an invitation",
      summary: "Accept an invitation",
      description: "Send the token of the link and a new password. This makes the account. The caller is not signed in.",
      tags: ["My account"],
      deps: { connection: clientConnection(services.settings), body: body(TokenAndPassword) },
      response: AccountId,
      status: 201,
      problems: {
        400: { invalid_link: "The link is unknown, used, too old, replaced by a newer one or withdrawn." },
        422: { weak_password: "The password is too short, too long or too common." },
        429: { too_many_requests: "Too many attempts." },
        503: { unavailable: "Too many passwords are being checked, or the database is away." },
      },
      maxBodyBytes: 16_384,
    },
    async ({ connection, body }) =>
      reply(201, { id: await acceptInvitation({ ...body, connection }, services) }, { headers: { "cache-control": "no-store" } }),
  );
}
