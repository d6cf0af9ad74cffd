/** The inputs and answers of the service account routes. */
import type { Jwks } from "lockstep/jwt";
import { z } from "zod";
import type { Client } from "../client/client.ts";
import { nameSchema, type Page, scopesSchema, showTime, showTimeOrNone } from "./api-key-schema.ts";

/** A service account in an answer. */
export interface ShownServiceAccount {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

/** A new service account in an answer, with its secret. Shown once. */
export interface ShownCreatedServiceAccount extends ShownServiceAccount {
  readonly secret: string | null;
}

/** The body of a request for a new service account. */
export interface WantedServiceAccount {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly jwks?: Jwks | undefined;
}

/** The id of a service account in a path. */
export const serviceAccountIdSchema: z.ZodType<string> = z.string().regex(/^[a-z0-9-]{3,64}$/);

const when = z.iso.datetime();
const serviceAccount = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()).readonly(),
  createdAt: when,
  disabledAt: when.nullable(),
};
const shown = z.object(serviceAccount).meta({ id: "ServiceAccount" });

/** A new service account in an answer. */
export const createdServiceAccountSchema: z.ZodType<ShownCreatedServiceAccount> = z
  .object({
    ...serviceAccount,
    secret: z
      .string()
      .nullable()
      .meta({ description: "Its client secret. It is shown only once. An account with keys of its own has none." }),
  })
  .meta({ id: "CreatedServiceAccount" });

/** A page of the list of service accounts. */
export const serviceAccountListSchema: z.ZodType<Page<ShownServiceAccount>> = z
  .object({
    items: z.array(shown).readonly(),
    next: z.string().nullable().meta({ description: "`after` for the next page." }),
  })
  .meta({ id: "ServiceAccountList" });

/** The body that requests a service account. Its keys are checked when the account is made. */
export const wantedServiceAccountSchema: z.ZodType<WantedServiceAccount> = z
  .object({
    name: nameSchema,
    scopes: scopesSchema,
    jwks: z
      .object({
        keys: z
          .array(z.looseObject({ kty: z.string().max(10) }))
          .min(1)
          .max(10),
      })
      .optional()
      .meta({ description: "The public keys of an account that signs its assertions (private_key_jwt) and has no secret." }),
  })
  .meta({ id: "WantedServiceAccount" });

/** Converts a service account for an answer. */
export function showServiceAccount({ id, name, scopes, createdAt, disabledAt }: Client): ShownServiceAccount {
  return { id, name, scopes, createdAt: showTime(createdAt), disabledAt: showTimeOrNone(disabledAt) };
}
