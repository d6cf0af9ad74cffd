/** Commands for the issuer that a database belongs to. */
import { findIssuer, moveIssuer } from "../issuer/database-issuer.ts";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { checkIssuer } from "../options.ts";
import { revokeEverything } from "../lineage/revoke-everything.ts";
import { byCommandLine, type Command } from "./command.ts";
import { Failure } from "./failure.ts";
import { record, time } from "./output.ts";

/** `issuer …`. */
export const issuerCommands: readonly Command[] = [
  {
    name: "issuer show",
    summary: "Show the issuer that the database belongs to",
    run: async (_given, context) => {
      const found = await (await context.database()).run(findIssuer());
      if (found === undefined)
        return { json: { issuer: null }, text: "The database has no issuer yet: the service's first start sets it." };
      const about = { issuer: found.url, since: time(found.since) };
      return { json: about, text: record(about) };
    },
  },
  {
    name: "issuer move",
    summary: "Give the database another issuer and revoke everything; stop the service first",
    arguments: ["URL"],
    options: { yes: { about: "Confirm that everything is revoked" } },
    run: async (given, context) => {
      const url = urlOf(given.at(0));
      const settings = await context.settings();
      const before = await settings.database.run(findIssuer());
      if (before === undefined) throw new Failure("Start the service first: the database has no issuer yet");
      given.confirm(`this revokes everything that ${before.url} has issued`);
      const isMoved = await moveIssuer(url, settings, byCommandLine);
      // Also if it was moved before: the command may have been interrupted.
      await revokeEverything(settings, { by: byCommandLine });
      const text = isMoved
        ? `The database belongs to ${url}. Start every process with it as the issuer.`
        : `The database belonged to ${url} already.`;
      return { json: { issuer: url, before: before.url, changed: isMoved }, text: `${text} Everything issued before is revoked.` };
    },
  },
];

function urlOf(text: string): string {
  try {
    return checkIssuer(text);
  } catch (error) {
    if (!(error instanceof WrongIdentityOption)) throw error;
    throw new Failure("Pass the https URL of the service, without a slash at its end: https://login.example.com", { cause: error });
  }
}
