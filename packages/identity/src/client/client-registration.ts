/** What a client may be: checked once, when it is made. */
import { randomBytes } from "node:crypto";
import { BuildError, problem } from "lockstep";
import type { Jwks } from "lockstep/jwt";
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

/** What a new client is to be. */
export interface ClientRegistration {
  /** For people: 1 to 100 characters. */
  readonly name: string;
  /** 3 to 64 lower-case letters, digits and hyphens, not of the form of a UUID. Random by default. */
  readonly id?: string;
  readonly authentication: ClientAuthentication;
  /** The public keys of a `private_key_jwt` client. */
  readonly jwks?: Jwks;
  readonly grants: readonly ClientGrant[];
  /** Some of the scopes of the settings. */
  readonly scopes: readonly string[];
  /** Whether it may ask about every token. Default `false`. */
  readonly introspects?: boolean;
}

/** A registration that obeys the rules. */
export type CheckedRegistration = Pick<Client, "id" | "name" | "authentication" | "grants" | "scopes" | "introspects"> & {
  readonly jwks: Jwks | undefined;
};

const idFormat = /^[a-z0-9-]{3,64}$/;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const maxNameLength = 100;
const maxJwksLength = 16_384;

/** Whether a text could be a client's id; the database is not asked about anything else. */
export function isClientId(text: string): boolean {
  // A client of the form of an account's id could pass for that account where somebody forgets the prefix of `sub`.
  return idFormat.test(text) && !uuid.test(text);
}

/**
 * Checks what a new client is to be.
 *
 * @throws Problem `wrong_client` (422), which says what to write instead
 */
export async function checkRegistration(registration: ClientRegistration, settings: Settings): Promise<CheckedRegistration> {
  const { id = newClientId(), name, authentication, introspects = false } = registration;
  if (!isClientId(id)) wrong("The id is 3 to 64 lower-case letters, digits and hyphens, and no UUID.");
  // One control, format or surrogate character is enough to forge a line of a log or a page.
  if (name.trim() === "" || name.length > maxNameLength || /\p{C}/u.test(name)) {
    wrong(`The name is 1 to ${maxNameLength} characters without control characters.`);
  }
  if (!clientAuthentications.includes(authentication)) {
    wrong(`A client authenticates by one of: ${clientAuthentications.join(", ")}.`);
  }
  const grants = subset(registration.grants, clientGrants, "grants");
  const scopes = subset(registration.scopes, Object.keys(settings.scopes), "scopes");
  if (!isConfidential({ authentication }) && (grants.includes("client_credentials") || introspects)) {
    wrong("A client without authentication can neither have client_credentials nor introspect (RFC 6749 §4.4).");
  }
  const jwks = await checkJwks(registration, id, settings);
  return { id, name, authentication, grants, scopes, introspects, jwks };
}

function newClientId(): string {
  return randomBytes(12).toString("hex");
}

function subset<T extends string>(asked: readonly T[], known: readonly T[], what: string): readonly T[] {
  if (asked.some((each) => !known.includes(each))) wrong(`The ${what} are some of: ${known.join(", ")}.`);
  return [...new Set(asked)];
}

async function checkJwks(
  { authentication, jwks }: ClientRegistration,
  clientId: string,
  settings: Settings,
): Promise<Jwks | undefined> {
  if ((authentication === "private_key_jwt") !== (jwks !== undefined)) {
    wrong("A client that authenticates by private_key_jwt, and no other, has a JWK set with its public keys.");
  }
  if (jwks === undefined) return undefined;
  if (JSON.stringify(jwks).length > maxJwksLength) wrong("The JWK set is too long.");
  try {
    await assertionVerifier({ id: clientId, jwks }, { absent: true }, settings).ready();
  } catch (error) {
    // The message speaks of the form of the keys and repeats nothing of them.
    if (error instanceof BuildError) wrong(`The JWK set cannot be used: ${error.message}.`);
    throw error;
  }
  return structuredClone(jwks);
}

function wrong(detail: string): never {
  problem(422, "wrong_client", detail);
}
