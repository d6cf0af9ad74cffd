/**
 * Asks for the documentation where `swagger-ui-dist` cannot be read, then once more where it can, and prints the answers as JSON.
 * A program of its own: the files are read once for each process.
 */
import { registerHooks } from "node:module";
import { createApi, get } from "../index.ts";

/** One answer. */
export interface PrintedAnswer {
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

if (import.meta.main) {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith("swagger-ui-dist/")) throw new Error("no file system");
      return next(specifier, context);
    },
  });
  const api = createApi({
    title: "Notes",
    version: "1",
    routes: [get("/me", { public: "a test" }, () => "me")],
    docs: { public: "a test" },
    audit: () => {},
  });
  const ask = async (path: string): Promise<PrintedAnswer> => {
    const response = await api.fetch(new Request(`https://api.example${path}`));
    return { path, status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const without: PrintedAnswer[] = [];
  for (const path of process.argv.slice(2)) without.push(await ask(path));
  hooks.deregister();
  const document = without.pop();
  console.log(JSON.stringify({ without, document, afterwards: await ask("/docs") }));
}
