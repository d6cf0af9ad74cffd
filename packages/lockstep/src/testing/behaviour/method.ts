/** Methods and paths, known and unknown (P-14 to P-16, P-18, P-21, I-17). */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, faceOf, problems } from "../host-under-test.ts";
import { tokenOf } from "../world.ts";

const good = tokenOf("alice");
const notAllowed = { code: "method_not_allowed", detail: "This method is not allowed here." };

/** Facts about methods and paths. */
export const methodBehaviours: readonly Behaviour[] = [
  behaviour("HEAD has the guards and the headers of GET, and no body (P-14)", async (host) => {
    const refused = await host.ask("HEAD", "/me");
    assert.deepEqual([refused.status, refused.text], [401, ""]);
    assert.deepEqual(refused.headers["www-authenticate"], problems.absent.challenges);
    const [head, get] = [await host.askAs(good, "HEAD", "/me"), await host.askAs(good, "GET", "/me")];
    assert.deepEqual([head.status, head.text], [200, ""]);
    // The headers that frame the body may be left out (RFC 9110 §9.3.2).
    const { "content-length": _length, "transfer-encoding": _encoding, ...inGet } = get.headers;
    for (const name of Object.keys(inGet)) assert.ok(name in head.headers, name);
    assert.equal((await host.ask("HEAD", "/health")).status, 200);
    assert.equal((await host.ask("HEAD", "/nope")).status, 404);
    assert.equal((await host.ask("HEAD", "/oauth/token")).status, 405);
  }),
  behaviour("OPTIONS lists the methods and nothing else (P-15)", async (host) => {
    const { calls, handled } = await host.observe(async () => {
      const answer = await host.ask("OPTIONS", "/notes/n1", { headers: [["authorization", `Bearer ${good}`]] });
      assert.deepEqual([answer.status, answer.text, answer.headers["allow"]], [204, "", ["DELETE, GET, HEAD, OPTIONS, PATCH"]]);
    });
    assert.deepEqual([calls, handled], [[], []]);
    expectProblem(await host.ask("OPTIONS", "/nope"), 404, problems.hidden);
  }),
  behaviour("a method that no route has is 405 with the allowed methods, and no credential is read (P-16, Z-09)", async (host) => {
    for (const method of ["POST", "PUT", "PROPFIND", "QUERY"]) {
      const { calls } = await host.observe(async () => {
        const [bare, signed] = [await host.ask(method, "/notes/n1"), await host.askAs(good, method, "/notes/n1")];
        expectProblem(bare, 405, notAllowed);
        assert.deepEqual(bare.headers["allow"], ["DELETE, GET, HEAD, OPTIONS, PATCH"]);
        assert.equal(faceOf(bare), faceOf(signed), method);
      });
      assert.deepEqual(calls, [], method);
    }
    expectProblem(await host.ask("GET", "/oauth/token"), 405, notAllowed);
    expectProblem(await host.ask("DELETE", "/me"), 405, notAllowed);
  }),
  behaviour("a method in a header, a query or a body does not override the method (C-08)", async (host) => {
    const headers = [
      ["x-http-method-override", "DELETE"],
      ["x-method-override", "DELETE"],
      ["x-http-method", "DELETE"],
    ] as const;
    const { handled } = await host.observe(() => host.askAs(good, "GET", "/notes/n1?_method=DELETE", { headers }));
    assert.deepEqual(handled, ["GET /notes/:id"]);
  }),
  behaviour("an unknown path is 404 with and without a credential, and runs nothing (P-21)", async (host) => {
    const { calls } = await host.observe(async () => {
      for (const path of [
        "/nope",
        "/me/",
        "/me/x",
        "/ME",
        "//me",
        "/me//",
        "/notes",
        "/notes/",
        "/notes/n1/",
        "/notes/n1/x",
        "/me.json",
        "/admin/configs",
      ]) {
        const answer = await host.ask("GET", path);
        if (path === "/notes") assert.equal(answer.status, 405);
        else expectProblem(answer, 404, problems.hidden);
        assert.equal(faceOf(await host.askAs(good, "GET", path)), faceOf(answer), path);
      }
    });
    assert.deepEqual(calls, []);
  }),
  behaviour("a path that a cache could take for a file is 404, and its answer must not be stored (I-17)", async (host) => {
    for (const path of ["/me/x.css", "/me;x.css", "/me%2fx.css", "/me%00.css", "/me.css"]) {
      const answer = await host.askAs(good, "GET", path);
      assert.ok(answer.status === 404 || answer.status === 400, path);
      assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
    }
  }),
  behaviour("an encoded slash in a parameter is data, and a control character is 400", async (host) => {
    expectJson(await host.askAs(good, "GET", "/people/a%2fb%20%C3%A9"), { id: "a/b é" });
    expectJson(await host.askAs(good, "GET", "/people/%2561"), { id: "%61" });
    for (const id of ["%00", "a%0d%0aX:1", "%09", "%7f"])
      assert.equal((await host.askAs(good, "GET", `/people/${id}`)).status, 400, id);
  }),
  behaviour("a fixed segment matches before a parameter, and each route has its own guards (P-18)", async (host) => {
    expectProblem(await host.askAs(good, "GET", "/people/root"), 403, problems.forbidden);
    expectJson(await host.askAs(good, "GET", "/people/rooted"), { id: "rooted" });
    expectJson(await host.askAs(tokenOf("root"), "GET", "/people/root"), { is: "admin" });
  }),
];
