/** How the server reads HTTP: leniently it would disagree with the proxy before it about where a request ends. */
import process from "node:process";
import { BuildError } from "../../problem/error.ts";

const flag = "--insecure-http-parser";

/**
 * Checks that a server reads HTTP strictly (request smuggling, CWE-444).
 *
 * @throws BuildError `wrong_option`
 */
export function checkParser(server: object): void {
  // node:http keeps the option under this name; where it is not set, the flag of the process decides.
  const option: unknown = Reflect.get(server, "insecureHTTPParser");
  const flagged = process.execArgv.includes(flag) || (process.env["NODE_OPTIONS"] ?? "").split(" ").includes(flag);
  if (option === true || (option === undefined && flagged)) {
    throw new BuildError("wrong_option", `leave out insecureHTTPParser and ${flag}: they let requests be smuggled past the guards`);
  }
}
