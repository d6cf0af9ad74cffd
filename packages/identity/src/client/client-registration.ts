/** Checks the registration of a new client, once, when it is created. */
import { randomBytes } from "node:crypto";
import { BuildError, problem } from "lockstep";
import type { Jwks } from "lockstep/jwt";
import { isClientId } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import {
  type Client,
  type ClientAuthentication,
  clientAuthentications,
  type ClientGrant,
  clientGrants,
  isConfidential,
} from "./client.ts";
import { assertionVerifier } from "./client-assertion.ts";

/** The properties of a new client. */
export interface ClientRegistration {
  /** The name that people see: 1 to 100 characters. */
  readonly name: string;
  /** 3 to 64 lower-case letters, digits and hyphens, and not of the form of a UUID. Random by default. */
  readonly id?: string;
  readonly authentication: ClientAuthentication;
  /** The public keys of a `private_key_jwt` client. */
  readonly jwks?: Jwks;
  readonly grants: readonly ClientGrant[];
  /** Some of the scopes in the settings. */
  readonly scopes: readonly string[];
  /** Whether it may introspect every token. Default `false`. */
  readonly introspects?: boolean;
}

/** A registration that follows the rules. */
export type CheckedRegistration = Pick<Client, "id" | "name" | "authentication" | "grants" | "scopes" | "introspects"> & {
  readonly jwks: Jwks | undefined;
};

const maxNameLength = 100;
const maxJwksLength = 16_384;

/**
 * Checks the registration of a new client.
 *
 * @throws Problem `wrong_client` (422), whose detail says what to write instead
 */
export async function checkRegistration(registration: ClientRegistration, settings: Settings): Promise<CheckedRegistration> {
  const { id = newClientId(), name, authentication, introspects = false } = registration;
  if (!isClientId(id)) wrong("Use 3 to 64 lower-case letters, digits and hyphens for the id, and not the form of a UUID.");
  // A single control, format or surrogate character is enough to forge a line of a log or a page.
  if (name.trim() === "" || name.length > maxNameLength || /\p{C}/u.test(name)) {
    wrong(`Use 1 to ${maxNameLength} characters for the name, without control characters.`);
  }
  if (!clientAuthentications.includes(authentication)) {
    wrong(`Choose the authentication from: ${clientAuthentications.join(", ")}.`);
  }
  const grants = subset(registration.grants, clientGrants, "grants");
  const scopes = subset(registration.scopes, Object.keys(settings.scopes), "scopes");
  if (!isConfidential({ authentication }) && (grants.includes("client_credentials") || introspects)) {
    wrong("Let the client authenticate: a public client can neither use client_credentials (RFC 6749 §4.4) nor introspect.");
  }
  const jwks = await checkJwks(registration, id, settings);
  return { id, name, authentication, grants, scopes, introspects, jwks };
}

function newClientId(): string {
  return randomBytes(12).toString("hex");
}

function subset<T extends string>(asked: readonly T[], known: readonly T[], what: string): readonly T[] {
  if (asked.some((each) => !known.includes(each))) wrong(`Choose the ${what} from: ${known.join(", ")}.`);
  return [...new Set(asked)];
}

async function checkJwks(
  { authentication, jwks }: ClientRegistration,
  clientId: string,
  settings: Settings,
): Promise<Jwks | undefined> {
  if ((authentication === "private_key_jwt") !== (jwks !== undefined)) {
    wrong("Pass a JWK set with the public keys to a client that authenticates by private_key_jwt, and to no other client.");
  }
  if (jwks === undefined) return undefined;
  if (JSON.stringify(jwks).length > maxJwksLength) wrong(`Shorten the JWK set to ${maxJwksLength} characters.`);
  try {
    await assertionVerifier({ id: clientId, jwks }, { absent: true }, settings).ready();
  } catch (error) {
    // The message describes the form of the keys and does not repeat them.
    if (error instanceof BuildError) wrong(`The JWK set cannot be used: ${error.message}.`);
    throw error;
  }
  return structuredClone(jwks);
}

function wrong(detail: string): never {
  problem(422, "wrong_client", detail);
}
