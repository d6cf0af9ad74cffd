/**
 * Writes three TypeScript clients of an API into a folder, each with one generator:
 * `node --import ./typescript-5.ts generate.ts <OpenAPI document> <URL of the API> <folder>`
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import openapiTS, { astToString } from "openapi-typescript";
import { generate } from "orval";
import ts from "typescript";

const [document = "", url = "", folder = ""] = process.argv.slice(2);

// Types for openapi-fetch. Bytes are a Blob: the generator's documentation says how, and its default is text.
const blob = ts.factory.createTypeReferenceNode("Blob");
const nodes = await openapiTS(await readFile(document, "utf8"), {
  transform: ({ format }) => (format === "binary" ? blob : undefined),
});
await writeFile(join(folder, "openapi-typescript.ts"), astToString(nodes));

await createClient({
  input: document,
  output: { path: join(folder, "openapi-ts"), module: { extension: ".js" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { level: "error", file: false },
});

await generate({
  input: { target: document },
  output: { target: join(folder, "orval.ts"), client: "fetch", baseUrl: url },
});
