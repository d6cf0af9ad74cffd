/** The inputs and answers of the account routes. Objects are strict in both directions. */
import { Redacted } from "lockstep";
import { z } from "zod";
import type { Account } from "../account-table/account-row.ts";
import { type ParsedEmail, parseEmail } from "../mail/email.ts";
import { password } from "../password/password-schema.ts";

const maxEmail = 254;
const maxToken = 128;

const email = z
  .string()
  .min(1)
  .max(maxEmail)
  .meta({ format: "email" })
  .transform((text, context): ParsedEmail => {
    const parsed = parseEmail(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: "is not a usable e-mail address" });
    return z.NEVER;
  });
const token = z
  .string()
  .min(1)
  .max(maxToken)
  .transform((text) => new Redacted(text));

interface EmailOut {
  readonly email: ParsedEmail;
}
interface PasswordOut {
  readonly password: Redacted<string>;
}
interface TokenOut {
  readonly token: Redacted<string>;
}

/** An address and a password, to register. */
export const EmailAndPassword: z.ZodType<EmailOut & PasswordOut> = z.object({ email, password }).meta({ id: "EmailAndPassword" });
/** An address. */
export const EmailOnly: z.ZodType<EmailOut> = z.object({ email }).meta({ id: "EmailOnly" });
/** The token of a link and a password. */
export const TokenAndPassword: z.ZodType<TokenOut & PasswordOut> = z.object({ token, password }).meta({ id: "TokenAndPassword" });
/** A new address. The password is needed if the sign-in was not recent. */
export const EmailChange: z.ZodType<EmailOut & { readonly password?: Redacted<string> | undefined }> = z
  .object({ email, password: password.optional() })
  .meta({ id: "EmailChange" });

/** The caller's password, the one that replaces it, and the API keys that go on. */
interface PasswordChangeOut {
  readonly currentPassword: Redacted<string>;
  readonly newPassword: Redacted<string>;
  readonly keepApiKeys: readonly string[];
}

/** The caller's password, the one that replaces it, and the API keys that go on. */
export const PasswordChange: z.ZodType<PasswordChangeOut> = z
  .object({
    currentPassword: password,
    newPassword: password,
    keepApiKeys: z
      .array(z.string().regex(/^[0-9A-Za-z]{12}$/))
      .max(100)
      .default([])
      .meta({ description: "The ids of the API keys that go on. All others end." }),
  })
  .meta({ id: "PasswordChange" });

/** The answer to a request whose result is sent by mail. */
export const Accepted: z.ZodObject<{ status: z.ZodLiteral<"accepted"> }> = z
  .object({ status: z.literal("accepted") })
  .meta({ id: "Accepted" });
/** The id of the account whose address the link confirmed. */
export const AccountId: z.ZodObject<{ id: z.ZodUUID }> = z.object({ id: z.uuid() }).meta({ id: "AccountId" });

/** The fields of an account that its owner sees. */
type AccountShape = {
  readonly id: z.ZodUUID;
  /** `null` if no address is known, as for many accounts of an identity provider. */
  readonly email: z.ZodNullable<z.ZodString>;
  readonly createdAt: z.ZodISODateTime;
  /** When the address was confirmed, as an ISO 8601 date-time. */
  readonly verifiedAt: z.ZodNullable<z.ZodISODateTime>;
};

/** An account, as its owner sees it. */
export const AccountView: z.ZodObject<AccountShape> = z
  .object({ id: z.uuid(), email: z.string().nullable(), createdAt: z.iso.datetime(), verifiedAt: z.iso.datetime().nullable() })
  .meta({ id: "Account" });

/** Converts an account into the answer that its owner gets. */
export function viewOf({ id, email, createdAt, verifiedAt }: Account): z.input<typeof AccountView> {
  return {
    id,
    email: email ?? null,
    createdAt: new Date(createdAt).toISOString(),
    verifiedAt: verifiedAt === undefined ? null : new Date(verifiedAt).toISOString(),
  };
}
