/**
 * The inputs and answers of the API key routes. Their types are written out, because a declaration cannot contain types that zod
 * infers.
 */
import type { DeclaredProblems, Redacted } from "lockstep";
import { z } from "zod";
import { password } from "../password/password-schema.ts";
import {
  defaultExpiresInDays,
  defaultGraceSeconds,
  maxExpiresInDays,
  maxGraceSeconds,
  maxScopes,
  namePattern,
} from "./api-key-rules.ts";
import type { ApiKey, CreatedApiKey } from "./api-keys.ts";

/** A key in an answer. Times are ISO 8601; `null` means not yet, or never. */
export interface ShownApiKey {
  readonly id: string;
  readonly familyId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly rotatedAt: string | null;
  readonly revokedAt: string | null;
  readonly usedAt: string | null;
}

/** A new key in an answer, with its text. Shown once. */
export interface ShownCreatedApiKey extends ShownApiKey {
  readonly key: string;
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** `after` for the next page; `null` on the last page. */
  readonly next: string | null;
}

/** The body of a request for a new key. */
export interface WantedApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresInDays: number;
}

/** The body of a request to replace a key. `undefined` if it is empty. */
export type WantedRotation = { readonly graceSeconds: number } | undefined;

/** The password of a user who did not sign in recently. */
interface ShownOwnPassword {
  readonly password?: Redacted<string> | undefined;
}

const when = z.iso.datetime();
const next = z.string().nullable().meta({ description: "`after` for the next page." });

/** The id of a key in a path. */
export const keyIdSchema: z.ZodType<string> = z.string().regex(/^[0-9A-Za-z]{12}$/);

/** The name of a key, for people. */
export const nameSchema: z.ZodType<string> = z
  .string()
  .regex(namePattern)
  .meta({ description: "One line of 1 to 100 characters." });

/** Requested scopes (RFC 6749 §3.3). */
export const scopesSchema: z.ZodType<readonly string[]> = z.array(z.string().regex(/^[!#-[\]-~]{1,200}$/)).max(maxScopes);

const apiKey = {
  id: z.string(),
  familyId: z.string().meta({ description: "The same for a key and its replacements." }),
  name: z.string(),
  scopes: z.array(z.string()).readonly(),
  createdAt: when,
  expiresAt: when.nullable().meta({ description: "For a replaced key, when its grace ends." }),
  rotatedAt: when.nullable().meta({ description: "When it was replaced." }),
  revokedAt: when.nullable(),
  usedAt: when.nullable().meta({ description: "When it was last used, to the minute." }),
};
const shown = z.object(apiKey).meta({ id: "ApiKey" });

const createdKeySchema: z.ZodType<ShownCreatedApiKey> = z
  .object({ ...apiKey, key: z.string().meta({ description: "The key itself. It is shown only once." }) })
  .meta({ id: "CreatedApiKey" });

/** A page of the list of keys. */
export const keyListSchema: z.ZodType<Page<ShownApiKey>> = z
  .object({ items: z.array(shown).readonly(), next })
  .meta({ id: "ApiKeyList" });

const wantedKey = {
  name: nameSchema,
  scopes: scopesSchema,
  expiresInDays: z.int().min(1).max(maxExpiresInDays).default(defaultExpiresInDays),
};
const graceSeconds = z.int().min(0).max(maxGraceSeconds).default(defaultGraceSeconds);

/** The body that requests a key. */
export const wantedKeySchema: z.ZodType<WantedApiKey> = z.object(wantedKey).meta({ id: "WantedApiKey" });

/** The body with which users request a key of their own. The password is needed if the sign-in was not recent. */
export const wantedOwnKeySchema: z.ZodType<WantedApiKey & ShownOwnPassword> = z
  .object({ ...wantedKey, password: password.optional() })
  .meta({ id: "WantedOwnApiKey" });

/** The body with which users replace a key of their own. It may be empty. */
export const wantedOwnRotationSchema: z.ZodType<(NonNullable<WantedRotation> & ShownOwnPassword) | undefined> = z
  .object({ graceSeconds, password: password.optional() })
  .meta({ id: "WantedOwnApiKeyRotation", description: "How long the old key keeps working." })
  .optional();

/** The body that requests a rotation. It may be empty. */
export const wantedRotationSchema: z.ZodType<WantedRotation> = z
  .object({ graceSeconds })
  .meta({ id: "WantedApiKeyRotation", description: "How long the old key keeps working." })
  .optional();

/** The answers of a route that makes a key. */
interface KeyAnswers {
  readonly response: z.ZodType<ShownCreatedApiKey>;
  readonly status: 201;
  readonly problems: DeclaredProblems;
}

/** The problems of the owner and the maker of a key. */
const makerEnded = {
  owner_disabled: "The owner of the key is disabled.",
  sign_in_again: "The sign-in of the maker has ended, or was too long ago.",
  wrong_password: "The password of the maker is wrong.",
};

const tooManyKeys = { too_many_keys: "The owner has the maximum number of keys." };

/** The answers of a route that makes a key. */
export const creationAnswers: KeyAnswers = {
  response: createdKeySchema,
  status: 201,
  problems: {
    403: {
      scope_not_held: "A key can only have scopes that its owner and its maker have.",
      ...makerEnded,
    },
    409: tooManyKeys,
  },
};

/** The answers of a route that replaces a key. */
export const rotationAnswers: KeyAnswers = {
  response: createdKeySchema,
  status: 201,
  problems: {
    403: {
      scope_not_held: "Only a caller who has the scopes of a key can replace it.",
      ...makerEnded,
    },
    409: { already_rotated: "It was replaced already.", key_ended: "It has expired or was revoked.", ...tooManyKeys },
  },
};

/** Converts a key for an answer. */
export function showApiKey({ id, familyId, name, scopes, ...times }: ApiKey): ShownApiKey {
  return {
    id,
    familyId,
    name,
    scopes,
    createdAt: showTime(times.createdAt),
    expiresAt: showTimeOrNone(times.expiresAt),
    rotatedAt: showTimeOrNone(times.rotatedAt),
    revokedAt: showTimeOrNone(times.revokedAt),
    usedAt: showTimeOrNone(times.usedAt),
  };
}

/** Converts a new key for an answer, with its text. */
export function showCreatedApiKey({ key, apiKey }: CreatedApiKey): ShownCreatedApiKey {
  return { ...showApiKey(apiKey), key: key.reveal() };
}

/** Converts a page of keys, with the start of the next page. */
export function showApiKeys(keys: readonly ApiKey[], limit: number): Page<ShownApiKey> {
  return { items: keys.map(showApiKey), next: keys.length < limit ? null : (keys.at(-1)?.id ?? null) };
}

/** Formats a time (milliseconds since 1970) in ISO 8601. */
export function showTime(at: number): string {
  return new Date(at).toISOString();
}

/** Formats a time that may be missing; `null` if it is. */
export function showTimeOrNone(at: number | undefined): string | null {
  return at === undefined ? null : showTime(at);
}
