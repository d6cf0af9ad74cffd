import assert from "node:assert/strict";
import { test } from "node:test";
import { lockstep } from "./27-coming-from-hono.ts";
import { tokenOf } from "./setting.ts";

test("a fetch function answers below its base path, and nothing beside it", async () => {
  const authorization = `Bearer ${await tokenOf("alice")}`;
  const send = async (path: string) => {
    const init = { method: "PATCH", headers: { authorization, "content-type": "application/json" }, body: '{"text":"new"}' };
    return (await lockstep(new Request(`http://localhost${path}`, init))).status;
  };
  assert.equal(await send("/v2/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c"), 200);
  assert.equal(await send("/v2/notes/c0a8012e-5b7d-4e0f-8f6a-9d1e2f3a4b5c"), 404);
  assert.equal(await send("/notes/7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c"), 404);
});
