/** Headers and cookies that dependencies add: they are on every kind of answer, and some are not on an answer of a failure. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour } from "../host-under-test.ts";
import { tokenOf } from "../world.ts";

const good = tokenOf("alice");
const added = ["<a>; rel=next", "<b>; rel=prev"];

/** Facts about the headers of dependencies. */
export const addedHeaderBehaviours: readonly Behaviour[] = [
  behaviour("a dependency's headers are on results, streams, redirects and answers without a body", async (host) => {
    for (const [path, status] of [
      ["/added", 200],
      ["/added/nothing", 204],
      ["/added/stream", 200],
      ["/added/redirect", 303],
    ] as const) {
      const { status: is, headers } = await host.askAs(good, "GET", path);
      assert.deepEqual([is, headers["x-count"], headers["cache-control"]], [status, ["7"], ["private, max-age=60"]], path);
      assert.deepEqual((headers["link"] ?? []).join(", "), added.join(", "), path);
      assert.deepEqual(headers["set-cookie"], ["seen=1; Path=/; SameSite=Lax; Secure; HttpOnly"], path);
    }
  }),
  behaviour("HEAD has the headers of GET", async (host) => {
    const { headers, text } = await host.askAs(good, "HEAD", "/added");
    assert.deepEqual([headers["x-count"], headers["set-cookie"]?.length, text], [["7"], 1, ""]);
  }),
  behaviour("an error has the headers too, but no cookie and nothing that lets a cache keep it", async (host) => {
    for (const [path, status] of [
      ["/added/conflict", 409],
      ["/added/refused", 403],
      ["/added/crash", 500],
    ] as const) {
      const { status: is, headers } = await host.askAs(good, "GET", path);
      assert.deepEqual([is, headers["x-count"], headers["cache-control"]], [status, ["7"], ["no-store"]], path);
      assert.equal(headers["set-cookie"], undefined, path);
    }
  }),
  behaviour("a handler's own header is sent instead of a dependency's, and cookies add up", async (host) => {
    const { headers } = await host.askAs(good, "GET", "/added/reply");
    assert.deepEqual(
      [headers["x-count"], headers["set-cookie"]?.map((line) => line.split(";")[0])],
      [["8"], ["seen=1", "theme=dark"]],
    );
  }),
];
