/** Passwords in the bodies of requests. They are redacted as soon as they are read. */
import { Redacted } from "lockstep";
import { z } from "zod";

/** More characters than any password may have. The policy decides which passwords can be set. */
const maxPassword = 1024;

/** A password. */
export const password: z.ZodType<Redacted<string>, string> = z
  .string()
  .min(1)
  .max(maxPassword)
  .refine((text) => text.isWellFormed(), "is not valid Unicode text")
  .meta({ format: "password" })
  .transform((text) => new Redacted(text));

/** The caller's password. */
export const OwnPassword: z.ZodType<{ readonly password: Redacted<string> }> = z.object({ password }).meta({ id: "OwnPassword" });

/** The caller's password, which is needed if the sign-in was not recent. The body may be left out. */
export const OptionalPassword: z.ZodType<{ readonly password?: Redacted<string> | undefined } | undefined> = z
  .object({ password: password.optional() })
  .meta({ id: "OptionalPassword", description: "The caller's password, if the sign-in was not recent." })
  .optional();
