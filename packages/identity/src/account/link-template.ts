/** Builds the links in messages. They are built from settings only: no request header can change where they lead (L-19). */
import { BuildError, type Redacted } from "lockstep";

/**
 * The pages that the links in messages open. `{token}` is replaced by the secret; in a fragment (`#token={token}`) it stays out
 * of logs.
 */
export interface LinkTemplates {
  /** The page that confirms an address. Default `<issuer>/auth/verify#token={token}`. */
  readonly verify?: string | undefined;
  /** The page that asks for a new password. Default `<issuer>/auth/password/reset#token={token}`. */
  readonly reset?: string | undefined;
  /** The page that accepts an invitation. Default `<issuer>/auth/invitations/accept#token={token}`. */
  readonly invite?: string | undefined;
}

/** Builds links with their tokens. */
export interface Links {
  verify(token: Redacted<string>): string;
  reset(token: Redacted<string>): string;
  invite(token: Redacted<string>): string;
}

const place = "{token}";
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Checks the link templates.
 *
 * @throws BuildError `wrong_option` if a template is not an https URL (http on loopback) that contains `{token}` exactly once
 */
export function linksTo(issuer: string, { verify, reset, invite }: LinkTemplates = {}): Links {
  const base = issuer.endsWith("/") ? issuer.slice(0, -1) : issuer;
  const templates = {
    verify: checked("verify", verify ?? `${base}/auth/verify#token=${place}`),
    reset: checked("reset", reset ?? `${base}/auth/password/reset#token=${place}`),
    invite: checked("invite", invite ?? `${base}/auth/invitations/accept#token=${place}`),
  };
  return {
    verify: (token) => templates.verify.replace(place, () => token.reveal()),
    reset: (token) => templates.reset.replace(place, () => token.reveal()),
    invite: (token) => templates.invite.replace(place, () => token.reveal()),
  };
}

function checked(name: string, template: string): string {
  const url = URL.canParse(template) ? new URL(template) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && loopback.has(url.hostname));
  if (!isSafe || url.host.includes("{") || template.split(place).length !== 2 || /[\s\p{C}]/u.test(template)) {
    throw new BuildError(
      "wrong_option",
      `Write the link template "${name}" as an https URL with {token} in it once: https://app.example/${name}#token={token}`,
    );
  }
  return template;
}
