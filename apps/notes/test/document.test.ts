/** The OpenAPI document of the API, as a reader of `/docs` sees it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startNotes } from "./notes.fixture.ts";

test("every operation of the document has a tag, including those of identity", async (t) => {
  const { api } = await startNotes(t, "fetch");
  const operations = Object.entries(api.openapi().paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, { tags }]) => ({ name: `${method.toUpperCase()} ${path}`, tags: tags ?? [] })),
  );
  assert.deepEqual(
    operations.filter(({ tags }) => tags.length !== 1).map(({ name }) => name),
    [],
  );
  // In the order in which the page shows them.
  assert.deepEqual(
    [...new Set(operations.flatMap(({ tags }) => tags))],
    [
      "Open to everyone",
      "Me",
      "Notes",
      "Administration",
      "API v1",
      "People and programs",
      "OAuth",
      "Sessions",
      "My account",
      "API keys",
      "Issuer",
      "Accounts",
      "Service accounts",
    ],
  );
});
