import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "./access/authenticate.ts";
import { Denial } from "./outcome/deny.ts";
import { Identified } from "./outcome/identified.ts";
import type { Dependency } from "./dependency/dependency.ts";
import { depends } from "./dependency/depends.ts";
import { createApi } from "./api/api.ts";
import { get } from "./route/route.ts";
import { OAuthError, oauthError } from "./problem/oauth-error.ts";
import { Problem, problem } from "./problem/problem.ts";
import { httpBearer } from "./scheme/http-bearer.ts";

/** A second copy of a module, as a second installed version would be. */
async function copyOf<T>(path: string, _like: () => Promise<T>): Promise<T> {
  // The query makes another module of the same file, so of the same type.
  return (await import(`${path}?copy`)) as T;
}

function thrownBy(act: () => never): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

const ask = (api: ReturnType<typeof createApi>) =>
  api.fetch(new Request("http://x/me", { headers: { authorization: "Bearer t" } }));

test("a denial, a principal and an error of another copy of the package mean what they mean", async () => {
  const { deny } = await copyOf("./outcome/deny.ts", () => import("./outcome/deny.ts"));
  const { identified } = await copyOf("./outcome/identified.ts", () => import("./outcome/identified.ts"));
  const { InvalidCredential } = await copyOf("./problem/error.ts", () => import("./problem/error.ts"));
  const denial = thrownBy(() => deny("no"));
  assert.ok(Object.getPrototypeOf(denial) !== Denial.prototype, "it is another class");
  assert.ok(denial instanceof Denial);
  assert.ok(identified({ id: 1 }, { sub: "a" }) instanceof Identified);

  const token = httpBearer();
  const asked = async (run: () => unknown) => {
    // The compiler would take the other copy's class for another type; JavaScript would not.
    const user = authenticate({ token }, run as () => { readonly id: number; readonly name: string });
    return ask(
      createApi({ title: "t", version: "1", audit: () => {}, routes: [get("/me", { deps: { user } }, ({ user }) => user.name)] }),
    );
  };
  assert.equal((await asked(() => deny("no"))).status, 401);
  const invalid = () => {
    throw new InvalidCredential("no");
  };
  assert.equal((await asked(invalid)).status, 401);
  assert.equal(await (await asked(() => identified({ name: "alice" }, { sub: "a" }))).text(), '"alice"');
});

test("a dependency of another copy does not start, nor does a record that looks like one", async () => {
  const { dependency } = await copyOf("./dependency/node.ts", () => import("./dependency/node.ts"));
  const foreign = dependency<number, never>({
    kind: "value",
    deps: [],
    facts: new Set(["authenticated"]),
    lifetime: "request",
    run: () => 1,
  });
  assert.throws(() => depends({ foreign }, () => 1), { code: "wrong_dependency", message: /another copy of lockstep/ });
  // What JavaScript may write: it claims to be authenticated.
  const forged = { "~dep": { facts: new Set(["authenticated"]) } } as unknown as Dependency<number>;
  assert.throws(() => depends({ forged }, () => 1), { code: "wrong_dependency" });
});

test("a subclass is recognised as itself, not as its parent", () => {
  assert.ok(oauthError("invalid_grant", "no") instanceof OAuthError);
  assert.ok(oauthError("invalid_grant", "no") instanceof Problem);
  assert.ok(!((thrownBy(() => problem(409, "x", "y")) as Problem) instanceof OAuthError));
  class Own extends Problem {}
  assert.ok(!(thrownBy(() => problem(409, "x", "y")) instanceof Own));
  assert.ok(new Own(409, "x", "y") instanceof Own);
  assert.ok(!({} instanceof Denial) && !(("x" as unknown) instanceof Denial));
});
