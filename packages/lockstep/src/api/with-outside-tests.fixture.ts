/**
 * A program that no test runner has started. It replaces a guard in each of the environments it is given, and reports the
 * results.
 */
import { authenticate, createApi, get, httpBearer } from "../index.ts";

/** An environment, and whether the program says that it is a test. */
export interface Setting {
  readonly env: Readonly<Record<string, string>>;
  readonly testing?: boolean;
}

const user = authenticate({ token: httpBearer() }, (): { readonly id: string } | undefined => undefined);
const api = createApi({
  title: "t",
  version: "1",
  audit: () => {},
  routes: [get("/me", { deps: { user } }, ({ user: { id } }) => id)],
});

/** The status of a request without a credential, or the code of the error. */
async function replaced({ env, testing }: Setting): Promise<unknown> {
  process.env = { ...env };
  try {
    const other = api.with([[user, { id: "1" }]], testing === undefined ? {} : { testing });
    return (await other.fetch(new Request("http://x/me"))).status;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : String(error);
  }
}

// The test of this file writes the settings.
const settings = JSON.parse(process.argv[2] ?? "[]") as readonly Setting[];
const results: unknown[] = [];
for (const setting of settings) results.push(await replaced(setting));
console.log(JSON.stringify(results));
