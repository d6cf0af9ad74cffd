/** How the issuers of the environment are reached: on this machine, in a private network, with a token. */
import { BuildError } from "../../problem/error.ts";
import type { OutboundOptions } from "../../token/outbound.ts";
import { choice, type Environment, optionalText, textList } from "./variables.ts";

/** What a process of Node says of itself. */
interface NodeProcess {
  getBuiltinModule?(name: "node:fs"): { readFileSync(path: string, encoding: "utf8"): string };
}

/**
 * Reads `AUTH_ALLOW_LOOPBACK_ISSUER`, `AUTH_PRIVATE_HOSTS` and `AUTH_KEYS_TOKEN_FILE`.
 *
 * @throws BuildError `wrong_option` for a loopback issuer in production: only a demo may trust plain http
 */
export function accessOf(env: Environment): Pick<OutboundOptions, "allowLoopback" | "allowPrivateHosts" | "headers"> {
  const hosts = textList(env, "AUTH_PRIVATE_HOSTS");
  const file = optionalText(env, "AUTH_KEYS_TOKEN_FILE");
  return {
    ...(allowsLoopback(env) ? { allowLoopback: true } : {}),
    ...(hosts.length === 0 ? {} : { allowPrivateHosts: hosts }),
    ...(file === undefined ? {} : { headers: () => ({ authorization: `Bearer ${textIn(file)}` }) }),
  };
}

function allowsLoopback(env: Environment): boolean {
  const allows = choice(env, "AUTH_ALLOW_LOOPBACK_ISSUER");
  if (allows && env["NODE_ENV"] === "production") {
    const message = "Leave out AUTH_ALLOW_LOOPBACK_ISSUER in production, and set AUTH_ISSUER to an https address";
    throw new BuildError("wrong_option", message);
  }
  return allows;
}

/** Reads the file each time, because Kubernetes replaces it. */
function textIn(file: string): string {
  const { process } = globalThis as { readonly process?: NodeProcess };
  const files = process?.getBuiltinModule?.("node:fs");
  if (files === undefined) throw new TypeError("AUTH_KEYS_TOKEN_FILE needs a runtime that reads files");
  return files.readFileSync(file, "utf8").trim();
}
