/** A misspelt option is a guard that silently is not there: options are known, or they are refused. */
import { BuildError } from "../problem/error.ts";

/** @throws BuildError `wrong_option` for an option that does not exist */
export function refuseUnknownOptions(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new BuildError("wrong_option", `${where}: there is no option "${name}"; there are ${known.join(", ")}`);
    }
  }
}
