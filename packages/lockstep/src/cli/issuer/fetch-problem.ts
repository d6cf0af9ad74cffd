/** Says in plain words why a document of an issuer could not be fetched, and which option helps. */
import { isLoopbackAddress } from "../../token/public-address.ts";
import { reasonOf } from "../failure.ts";
import { printable } from "../output.ts";

/** The words for the codes of Node that a person meets. */
const network: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the name server does not answer",
  ECONNREFUSED: "nothing listens at this address",
  ECONNRESET: "the server closed the connection",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "the host does not answer",
  EPROTO: "the server does not speak TLS",
};

/** Says why an address could not be fetched. */
export function fetchProblem(error: unknown, url: string): string {
  const code = codeOf(error);
  if (code !== undefined) return problemOfCode(code);
  const reason = reasonOf(error).replace(/^A document (?:was not fetched: |was refused: )?/, "");
  if (/not https/.test(reason)) return `its address is not https. ${adviceOnHttp(url)}`;
  if (/not on the public internet|one that is not public/.test(reason)) return adviceOnPrivate(url);
  if (reason.startsWith("the server answered 3")) return `${reason}, and redirects are not followed`;
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${reasonOf(error.cause)})` : "";
  return printable(`${reason}${cause}`);
}

/** The code of Node's error, which can be inside of others. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined);
  if (!(error instanceof Error)) return undefined;
  const inside = codeOf(error.cause);
  if (inside !== undefined) return inside;
  const code: unknown = Reflect.get(error, "code");
  // Errors of the toolkit have codes in lower case.
  return typeof code === "string" && /^[A-Z_0-9]+$/.test(code) ? code : undefined;
}

function problemOfCode(code: string): string {
  const words = network[code];
  if (words !== undefined) return `${words} (${code})`;
  if (code === "CERT_HAS_EXPIRED") return "its certificate has expired (CERT_HAS_EXPIRED)";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `its certificate is for another host (${code})`;
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) {
    return `its certificate is not trusted (${code}). For a private certificate authority, pass its certificate with --ca`;
  }
  if (/TLS|SSL/.test(code)) return `TLS failed (${code}): is this an https address?`;
  return `the connection failed (${code})`;
}

function adviceOnHttp(url: string): string {
  const { hostname } = new URL(url);
  if (hostname === "localhost" || isLoopbackAddress(hostname)) {
    return "Add --allow-loopback if the issuer runs on this machine for development";
  }
  return "Anyone on the way could change the keys, so pass the https address";
}

function adviceOnPrivate(url: string): string {
  const { host, hostname } = new URL(url);
  const isHere = hostname === "localhost" || isLoopbackAddress(hostname);
  const advice = isHere ? "Add --allow-loopback for development" : `Add --allow-private ${host} if the issuer is in your network`;
  return `its host is not on the public internet, or has no address. ${advice}`;
}
