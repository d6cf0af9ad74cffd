/** The settings, from environment variables. The demo makes up the secrets that production has to set. */
import { Redacted } from "lockstep";
import { generateIdentityKey } from "lockstep-identity";
import { type IdentityProvider, identityProviderFrom } from "lockstep/oidc";
import { z } from "zod";

const redacted = z.string().transform((text) => new Redacted(text));
const Environment = z.object({
  TEAMS_DEMO: z.literal("1").optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  DATABASE_URL: z
    .string()
    .regex(/^(?:sqlite:.|postgres(?:ql)?:\/\/.)/, "write sqlite:<file> or postgres://user:password@host/name"),
  TEAMS_ISSUER: z.url({ protocol: /^https?$/ }),
  IDENTITY_KEY: redacted,
  WEBHOOK_KEY: redacted,
  STRIPE_SECRET: redacted,
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: redacted.optional(),
  MAIL_FROM: z.string(),
});
/** With `AUTH_ISSUER`, people sign in at that identity provider. Otherwise identity is embedded. */
export type Settings = z.output<typeof Environment> & { readonly provider: IdentityProvider | undefined };

/**
 * Reads the settings. An empty variable is not set; the demo is for this machine only.
 *
 * @throws ZodError with each mistake, BuildError for a wrong `AUTH_…`
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const secret = generateIdentityKey().reveal();
  const demo = { IDENTITY_KEY: secret, WEBHOOK_KEY: secret, STRIPE_SECRET: `whsec_${secret}` };
  const isDemo = given["TEAMS_DEMO"] === "1";
  const settings = Environment.parse(isDemo ? { ...demo, ...given, HOST: "127.0.0.1" } : given);
  return { ...settings, provider: identityProviderFrom(isDemo ? given : { ...given, NODE_ENV: "production" }) };
}
