/** Writes the listings into the pages that quote them. After you change a listing, run `npx node docs/manual/quote.ts`. */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withListings } from "./page.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string | undefined =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;

const pages = ["README.md", "packages/*/README.md", "docs/manual/{,providers/}*.md", "docs/errors.md", "examples/README.md"];

for (const path of globSync(pages, { cwd: root })) {
  const text = read(path) ?? "";
  const quoted = withListings({ path, text, read });
  if (quoted !== text) writeFileSync(join(root, path), quoted);
}
