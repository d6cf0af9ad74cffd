/** Whose id is compared with the owner's, if several could be: `{ owner }`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { anyOf } from "../dependency/any-of.ts";
import { service, serviceKey, user, userKey } from "../dependency/caller.fixture.ts";
import { depends } from "../dependency/depends.ts";
import { endingOf, failureOf } from "../dependency/execution.fixture.ts";
import { path } from "../input/path.ts";
import { allow } from "../outcome/allow.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { owned } from "./owned.ts";
import { untyped } from "./untyped.fixture.ts";

const id = path("id", z.string());
const setting = { present: [userKey], request: { params: { id: "1" } } };
const hidden = "refused hidden at it: not the caller's";
const note = { text: "" };

test("{ owner } names the entry whose id is compared: an organisation that an authorize() found", async () => {
  const org = authorize({ user }, () => ({ id: 7, name: "org" }));
  const of = (orgId: number) =>
    owned(
      { id, user, org },
      () => ({ orgId }),
      (it) => it.orgId,
      { owner: "org" },
    );
  assert.ok(typeof (await endingOf({ it: of(7) }, setting)) === "object");
  assert.equal(await endingOf({ it: of(8) }, setting), hidden);
  // Positive control: unnamed, it is the user's.
  const unnamed = owned(
    { id, user, org },
    () => ({ ownerId: "user" }),
    (it) => it.ownerId,
  );
  assert.ok(typeof (await endingOf({ it: unnamed }, setting)) === "object");
});

test("{ owner } names an entry that a guard let through", () => {
  const error = {
    code: "wrong_dependency",
    message: /^owned\(\{ owner: "it" \}\): name an entry of the record that is a guard/,
  };
  const plain = depends({ user }, () => ({ id: 1 }));
  for (const deps of [
    { id, user },
    { id, user, it: plain },
    { user, it: id },
    { id, user, it: userKey },
  ]) {
    assert.throws(
      () =>
        untyped.owned(
          deps,
          () => note,
          (it: { ownerId: number }) => it.ownerId,
          { owner: "it" },
        ),
      error,
    );
  }
});

test("{ owner } whose value has no id is an error that names it", async () => {
  const plan = authorize({ user }, () => allow({ name: "plan" }));
  const it = untyped.owned(
    { id, plan },
    () => note,
    (_note: object) => "plan",
    { owner: "plan" },
  );
  assert.equal(
    await endingOf({ it }, setting),
    `threw owned(): name an owner with an id: "plan" has none to compare with the object's`,
  );
});

test("several principals below do not build: their ids may collide; a predicate or { owner } decides", async () => {
  const error = { code: "wrong_dependency", message: /^owned\(\): say whose object it is, \{ owner: "user" \}/ };
  const who = anyOf({ user, service });
  const both = authorize({ user, service }, ({ user }) => user);
  const ownerOf = (it: { ownerId: string }) => it.ownerId;
  for (const deps of [
    { id, who },
    { id, user, service },
    { id, both },
  ]) {
    assert.throws(() => untyped.owned(deps, () => note, ownerOf), error);
  }
  const present = [userKey, serviceKey];
  const person = authenticate({ key: userKey }, () => ({ id: 1, name: "person" }));
  const machine = authenticate({ key: serviceKey }, () => ({ id: 1, name: "machine" }));
  const named = (owner: "person" | "machine", ownerId: number) =>
    owned(
      { id, person, machine },
      () => ({ ownerId }),
      (it) => it.ownerId,
      { owner },
    );
  assert.ok(typeof (await endingOf({ it: named("machine", 1) }, { ...setting, present })) === "object");
  assert.equal(await endingOf({ it: named("machine", 2) }, { ...setting, present }), hidden);
  const decided = owned(
    { id, who },
    () => ({ ownerId: "service" }),
    (it, { who }) => who.via === "service" && it.ownerId === who.value.name,
  );
  assert.equal(await endingOf({ it: decided }, setting), hidden);
  assert.ok(typeof (await endingOf({ it: decided }, { ...setting, present: [serviceKey] })) === "object");
  // A predicate that returns an id after all does not say whose it is.
  const unsure = untyped.owned(
    { id, who: both },
    () => note,
    (_note: object, _values: object) => "user",
  );
  assert.match(await failureOf({ it: unsure }, { ...setting, present }), /^threw owned\(\): say whose object it is/);
});
