/** A token that only its issuer can read. */
import type { JsonObject } from "../../json/strict-json.ts";
import { oidc } from "../../oidc/oidc.ts";
import { Redacted } from "../../secret/redacted.ts";
import { printable, wrapped } from "../output.ts";
import { WrongUsage } from "../failure.ts";
import { listIn } from "./declaration.ts";
import type { VerifierOptions } from "./proposal.ts";
import type { Settings } from "./settings.ts";
import { refusalLater } from "./token-verdict.ts";

/** What introspection needs, for a person. */
export function opaqueLines(metadata: JsonObject, { clientId }: Settings, columns: number): readonly string[] {
  const endpoint = metadata["introspection_endpoint"];
  const methods = listIn(metadata, "introspection_endpoint_auth_methods_supported");
  const known = typeof endpoint === "string";
  const id = JSON.stringify(clientId ?? "<the client of your API>");
  const member = known ? "" : 'endpoint: "https://<its introspection endpoint>", ';
  return [
    "Token",
    ...wrapped("  ", "It is opaque: it is not a JWT, so only the issuer can say what it means (RFC 7662).", columns),
    ...wrapped("  ", known ? `It is asked at ${printable(endpoint)}.` : "The metadata names no introspection endpoint.", columns),
    ...(methods.length === 0 ? [] : wrapped("  ", `The endpoint accepts ${printable(methods.join(", "))}.`, columns)),
    ...wrapped(
      "  ",
      "Your API needs a client of its own at the issuer, with a secret, which may introspect. Add to oidc():",
      columns,
    ),
    "",
    `  introspection: { ${member}clientId: ${id}, clientSecret: secret(process.env.AUTH_CLIENT_SECRET ?? "") },`,
    "",
    ...wrapped("  ", "To ask now, set AUTH_CLIENT_SECRET and add --client-id and --introspect.", columns),
    ...wrapped(
      "  ",
      "If you expected a JWT: most issuers write one only if the client names the API, as `audience` or `resource`.",
      columns,
    ),
    "",
  ];
}

/**
 * Asks the issuer about an opaque token. Returns the reason for which it is refused; `undefined` if it is accepted.
 *
 * @throws WrongUsage without a client
 * @throws Unavailable (rejects with it) if the issuer cannot be asked
 */
export async function askAbout(
  text: string,
  options: VerifierOptions,
  client: { readonly clientId: string | undefined; readonly clientSecret: string | undefined },
): Promise<string | undefined> {
  const { clientId, clientSecret } = client;
  if (clientId === undefined || clientSecret === undefined || clientSecret === "") {
    throw new WrongUsage("Add --client-id, and set AUTH_CLIENT_SECRET: with --introspect, the issuer is asked by this client");
  }
  if (options.tenants !== undefined) throw new WrongUsage("Remove --introspect: an opaque token names no tenant");
  const verifier = oidc({ ...options, introspection: { clientId, clientSecret } });
  return refusalLater(async () => verifier.verify(new Redacted(text)));
}
