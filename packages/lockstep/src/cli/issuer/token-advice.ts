/** Which option of `oidc()` would accept a token that is refused, with its value for this token, and whether that is safe. */
import type { JsonObject } from "../../json/strict-json.ts";
import type { SignedOptions } from "../../oidc/oidc-options.ts";
import { optionNamedIn } from "../../token/claim-rule.ts";
import type { Verdict } from "../../token/token-explanation.ts";
import type { VerifierOptions } from "./proposal.ts";
import { textIn } from "./recognition.ts";

/** A change of the options. */
export interface Advice {
  /** The options to add or to replace. */
  readonly options: Readonly<Record<string, unknown>>;
  /** When it is safe, and what it opens. */
  readonly risk: string;
}

/** A token and the options that refused it. */
export interface Refused {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly options: VerifierOptions;
}

type MakeAdvice = (refused: Refused, reason: string) => Advice | undefined;

/** The options that the reasons of refusals name. */
const ofOptions: Readonly<Record<string, MakeAdvice>> = {
  audience: ({ claims }, reason) => audienceAdvice(claims, reason),
  extraAudiences: ({ claims, options }) => ({
    options: { extraAudiences: others(claims["aud"], options.audience) },
    risk: "Each of these could present the token here. Safe for audiences that are not somebody's API, such as Auth0's userinfo.",
  }),
  typ: ({ header, options }) => {
    const typ = header["typ"] === undefined || header["typ"] === null ? { absent: true } : header["typ"];
    return {
      options: { typ: [...[options.typ].flat(), typ] },
      risk: "Safe only if ID tokens of this issuer cannot pass: they often have the same type. They name a client in `aud`, not your API.",
    };
  },
  ignoredHeaders: ({ header }) => ({
    options: { ignoredHeaders: ["jku", "x5u"].filter((name) => name in header) },
    risk: "Safe: the address is ignored, and never fetched.",
  }),
  scopeClaim: ({ options }) => ({
    options: { scopeClaim: { ...options.scopeClaim, list: true } },
    risk: "Safe: a text in the list cannot become two scopes.",
  }),
  withoutSubject: ({ claims }) => {
    const claim = ["client_id", "azp", "cid", "common_name"].find((name) => textIn(claims, name) !== undefined);
    if (claim === undefined) return undefined;
    return {
      options: { withoutSubject: { claim, prefix: claim === "common_name" ? "service:" : "client:" } },
      risk: "Safe if only the issuer sets this claim. The prefix keeps clients and users apart.",
    };
  },
  withoutIssuer: ({ claims, options }) => {
    if (textIn(claims, "sub")?.startsWith(`${options.issuer}/`) !== true || !options.issuer.startsWith("spiffe://"))
      return undefined;
    return {
      options: { withoutIssuer: "trust-domain" },
      risk: "Safe if the keys are those of the bundle of this trust domain, and sign nothing else.",
    };
  },
  iat: () => ({
    options: { iat: "optional" },
    risk: "The token counts as issued as early as possible. Keep `maxLifetimeSeconds` short.",
  }),
  maxLifetimeSeconds: ({ claims: { exp, iat } }) => {
    if (typeof exp !== "number" || typeof iat !== "number") return undefined;
    return {
      options: { maxLifetimeSeconds: Math.ceil(exp - iat) },
      risk: "A stolen token works so long. Ask the issuer for shorter ones.",
    };
  },
  maxTokenBytes: () => ({
    options: { maxTokenBytes: 65_536 },
    risk: "Safe. Set `maxCredentialBytes` of the scheme, too, and the limit for headers of the server.",
  }),
};

function audienceAdvice(claims: JsonObject, reason: string): Advice | undefined {
  const client = textIn(claims, "client_id");
  if (!reason.startsWith("no audience") || client === undefined) return undefined;
  return {
    options: { audience: { clientId: [client] } },
    risk: "Every API that this client calls could present the token here. Ask the issuer for an audience first.",
  };
}

/** Reasons that name no option, although one decides: the first words of the reason. */
const ofReasons: readonly (readonly [start: string, make: MakeAdvice])[] = [
  [
    "the algorithm is not allowed",
    ({ header, options }) => {
      const alg = textIn(header, "alg") ?? "";
      if (!/^(?:[RPE]S(?:256|384|512)|EdDSA|Ed25519)$/.test(alg)) return undefined;
      return {
        options: { algorithms: [...options.algorithms, alg] },
        risk: "Safe if the issuer publishes a key for it: each key verifies one algorithm.",
      };
    },
  ],
  [
    "another authorized party",
    ({ claims, options }) => ({
      options: { authorizedParties: [...(options.authorizedParties ?? []), textIn(claims, "azp") ?? { absent: true }] },
      risk: "Safe if this client may call the API.",
    }),
  ],
];

/** Advice on a refusal that is not an option of `oidc()`. */
const sentences: readonly (readonly [start: string, sentence: string])[] = [
  ["another issuer", "Pass the issuer exactly as the token has it: it is compared character by character, with its slash."],
  ["no issuer", "Ask the issuer for tokens with `iss`. A SPIFFE ID needs none if its trust domain is passed as the issuer."],
  [
    "another audience",
    "Request the token for your API. If one of its audiences is a name of your API, pass that one with --audience.",
  ],
  ["another client", "Request the token with a client that you named, or name this one with --client-id."],
  ["the token has an audience", "It looks like an ID token: send the access token, or pass --audience."],
  [
    "the token is bound to a key",
    "Nobody may use it as a bearer token. Give the scheme a `senderConstraint`: dpop({ … }) for `jkt`, mutualTlsBound() for `x5t#S256`.",
  ],
  [
    "the token is not bound to a key",
    "The client has to send a DPoP proof to the token endpoint, and the issuer has to support that.",
  ],
  ["expired", "Get a new token. If it is new, compare the clocks."],
  ["issued in the future", "Compare the clocks of the issuer and of this machine. `clockToleranceSeconds` allows up to 300."],
  ["not valid yet", "Compare the clocks of the issuer and of this machine. `clockToleranceSeconds` allows up to 300."],
  ["exp is not a time", "No option accepts a token that never expires."],
  [
    "the algorithm is not allowed",
    "No option accepts it: only signatures with a public key are verified with the keys of an issuer.",
  ],
  [
    "unknown key",
    "The issuer publishes no key of this name and algorithm. Is the token from another realm, tenant or environment?",
  ],
  ["the signature does not verify", "The token was changed, or somebody else signed it."],
  ["the header holds", "No option accepts it: the token would choose how it is verified."],
  ["not three parts", "A JWT has three parts with dots between them. Was it cut, or copied with `Bearer` before it?"],
  ["no audience", "Ask the issuer to name your API in `aud`."],
  ["no subject", "Ask the issuer for tokens with `sub`."],
];

/** The change that would accept a refused token, if there is one. */
export function adviceOn({ refusal = "" }: Verdict, refused: Refused): Advice | undefined {
  const named = optionNamedIn(refusal);
  const make = named === undefined ? ofReasons.find(([start]) => refusal.startsWith(start))?.[1] : ofOptions[named];
  return make?.(refused, refusal);
}

/** What to do about a refusal. */
export function sentenceOn({ refusal = "" }: Verdict): string {
  return sentences.find(([start]) => refusal.startsWith(start))?.[1] ?? "";
}

/** The audiences of a token beside those of the API. */
function others(aud: unknown, expected: SignedOptions["audience"]): readonly unknown[] {
  const ours: readonly unknown[] = typeof expected === "string" ? [expected] : "length" in expected ? expected : [];
  return [aud].flat().filter((each) => !ours.includes(each));
}
