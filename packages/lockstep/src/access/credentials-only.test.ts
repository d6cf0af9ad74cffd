/** What `authenticate()` may rest on: what proves who is asking, and nothing that a client chooses freely. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { resource } from "../dependency/resource.ts";
import { body } from "../input/body.ts";
import { connection } from "../input/connection.ts";
import { cookie } from "../input/cookie.ts";
import { form } from "../input/form.ts";
import { header } from "../input/header.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { signedHeader } from "../scheme/signed-header.ts";
import { authenticate } from "./authenticate.ts";
import { untyped } from "./untyped.fixture.ts";

const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });

test("it rests on what proves who is asking: an input below it does not build", () => {
  const error = {
    code: "wrong_dependency",
    message: /^authenticate\(\): remove the input: only credentials, connection\(\) and rawBody\(\) say who is asking/,
  };
  const inputs = {
    header: header("X-Timestamp", z.string()),
    path: path("tenant", z.string()),
    "path of few values": path("region", z.enum(["eu", "us"])),
    query: query("key", z.string()),
    cookie: cookie("theme", z.string()),
    body: body(z.object({ text: z.string() })),
    form: form(z.object({ text: z.string() })),
  };
  for (const [name, input] of Object.entries(inputs)) {
    assert.throws(() => untyped.authenticate({ key: userKey, input }, () => ({ id: 1 })), error, name);
    // Nor under something else, not even if it may be absent.
    assert.throws(() => untyped.authenticate({ key: userKey, below: depends({ input }, () => 1) }, () => ({ id: 1 })), error, name);
    assert.throws(() => untyped.authenticate({ either: anyOf({ user, input }), key: userKey }, () => ({ id: 1 })), error, name);
  }
});

test("it may use the connection, the bytes of the body, a further signed header, a resource and a segment that names nothing", async () => {
  const db = resource({}, function* () {
    yield "db";
  });
  const deps = { key: userKey, at: connection(), raw: rawBody(), stamp: signedHeader("X-Timestamp"), db, tenant };
  const it = authenticate(deps, ({ at, raw, stamp, db, tenant }) => ({
    id: [at.address, raw.length, stamp.reveal(), db, tenant].join(" "),
  }));
  const ended = await runAll(
    { it },
    { present: [userKey, [deps.stamp, "12:00"]], request: { address: "192.0.2.1", params: { tenant: "acme" }, body: "abc" } },
  );
  assert.deepEqual(ended, { values: { it: { id: "192.0.2.1 3 12:00 db acme" } } });
});
