/** What goes into the routes of accounts and comes out. Objects are strict both ways. */
import { Redacted } from "lockstep";
import { z } from "zod";
import type { Account } from "../account-table/account-row.ts";
import { type ParsedEmail, parseEmail } from "../mail/email.ts";

const maxEmail = 254;
const maxToken = 128;
/** What is more than any password may have. Which passwords can be set is the policy's to say. */
const maxPassword = 1024;

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
const password = z
  .string()
  .min(1)
  .max(maxPassword)
  .refine((text) => text.isWellFormed(), "is not made of characters")
  .meta({ format: "password" })
  .transform((text) => new Redacted(text));
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

/** An address and a password: to register, or to move to another address. */
export const EmailAndPassword: z.ZodType<EmailOut & PasswordOut> = z.object({ email, password }).meta({ id: "EmailAndPassword" });
/** An address. */
export const EmailOnly: z.ZodType<EmailOut> = z.object({ email }).meta({ id: "EmailOnly" });
/** The token of a link and a password. */
export const TokenAndPassword: z.ZodType<TokenOut & PasswordOut> = z.object({ token, password }).meta({ id: "TokenAndPassword" });
/** The caller's password. */
export const OwnPassword: z.ZodType<PasswordOut> = z.object({ password }).meta({ id: "OwnPassword" });
/** The caller's password and the one that replaces it. */
export const PasswordChange: z.ZodType<{ readonly currentPassword: Redacted<string>; readonly newPassword: Redacted<string> }> = z
  .object({ currentPassword: password, newPassword: password })
  .meta({ id: "PasswordChange" });

/** What was asked for is taken; what comes of it, comes by mail. */
export const Accepted: z.ZodObject<{ status: z.ZodLiteral<"accepted"> }> = z
  .object({ status: z.literal("accepted") })
  .meta({ id: "Accepted" });
/** The account that a link was good for. */
export const AccountId: z.ZodObject<{ id: z.ZodUUID }> = z.object({ id: z.uuid() }).meta({ id: "AccountId" });

/** What is shown of an account. */
type AccountShape = {
  readonly id: z.ZodUUID;
  readonly email: z.ZodString;
  readonly createdAt: z.ZodISODateTime;
  /** When the address was confirmed. */
  readonly verifiedAt: z.ZodNullable<z.ZodISODateTime>;
};

/** An account, for its owner. */
export const AccountView: z.ZodObject<AccountShape> = z
  .object({ id: z.uuid(), email: z.string(), createdAt: z.iso.datetime(), verifiedAt: z.iso.datetime().nullable() })
  .meta({ id: "Account" });

/** An account as its owner sees it. */
export function viewOf({ id, email, createdAt, verifiedAt }: Account): z.input<typeof AccountView> {
  return {
    id,
    email,
    createdAt: new Date(createdAt).toISOString(),
    verifiedAt: verifiedAt === undefined ? null : new Date(verifiedAt).toISOString(),
  };
}
