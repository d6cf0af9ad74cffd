import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Redacted } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { type Answer, codeOf, type IdentityApi, type IdentityOverrides, openIdentityApi, password } from "../identity.fixture.ts";
import { describeOnEach, type TestDatabase } from "../store/database.fixture.ts";
import { textOf } from "../store/row.ts";
import { all, sql } from "../store/statement.ts";

const [address, week] = ["Ada@example.com", 7 * 86_400];
const links = sql("SELECT * FROM identity_links");

interface World extends IdentityApi {
  readonly root: { readonly id: string };
  /** The administrator's token. */
  readonly token: string;
  invite(email?: string): Promise<Answer>;
  accept(link: string): Promise<Answer>;
}

/** Opens an application whose registration is closed. */
async function open(t: TestContext, database: TestDatabase, options: IdentityOverrides = {}): Promise<World> {
  const app = await openIdentityApi(t, await database.open(t), { registration: "closed", ...options });
  const root = await app.account("root");
  app.administrators.add(root.id);
  const { access: token } = await app.signIn(root);
  return {
    ...app,
    root,
    token,
    invite: (email = address) => app.ask("POST", "/auth/invitations", { token, json: { email } }),
    accept: (link) => app.ask("POST", "/auth/invitations/accept", { json: { token: link, password } }),
  };
}

/** Asserts that a link is refused, the same for every reason. */
function assertInvalid(answer: Answer): void {
  assert.deepEqual([answer.status, codeOf(answer)], [400, "invalid_link"]);
}

describeOnEach("an invitation", (database) => {
  test("makes a verified account with the password that the invited person chose, while registration is closed", async (t) => {
    const made: string[] = [];
    const one = sql("SELECT id FROM identity_accounts WHERE id = :id");
    const onAccountCreated = function* ({ id }: Account) {
      made.push(...(yield* all(one, { id })).map((row) => textOf(row, "id")));
    };
    const { invite, accept, ask, linkTo, auth, clock, events, root, mails } = await open(t, database, { onAccountCreated });
    made.length = 0;
    const sent = await invite();
    assert.deepEqual([sent.status, sent.body], [202, { status: "accepted" }]);
    assert.equal(await auth.accounts.findByEmail(address), undefined);
    const link = await linkTo(address);
    assert.ok(mails.every(({ text }) => !text.includes(link)));
    clock.advance(week - 1);
    const accepted = await accept(link);
    const account = await auth.accounts.findByEmail(address);
    assert.deepEqual([accepted.status, accepted.body], [201, { id: account?.id }]);
    assert.equal(accepted.headers.get("cache-control"), "no-store");
    assert.equal(accepted.headers.getSetCookie().length, 0);
    assert.deepEqual(account, {
      id: account?.id,
      email: address,
      foreignId: undefined,
      isSelfRegistered: false,
      createdAt: clock.now,
      verifiedAt: clock.now,
      disabledAt: undefined,
    });
    assert.deepEqual(made, [account?.id]);
    const form = { grant_type: "password", username: address, password };
    assert.equal((await ask("POST", "/auth/token", { form })).status, 200);
    const told = events.flatMap((event) =>
      event.type === "invitation.sent" || event.type === "invitation.accepted" ? [{ type: event.type, by: event.by }] : [],
    );
    assert.deepEqual(told, [
      { type: "invitation.sent", by: root.id },
      { type: "invitation.accepted", by: root.id },
    ]);
    assertInvalid(await accept(link));
  });

  test("is sent only by an administrator, and only to an address that has no account", async (t) => {
    const { invite, ask, account, signIn, session, auth, mails } = await open(t, database);
    const eve = await account("eve");
    const { access: token } = await signIn(eve);
    const json = { email: address };
    assert.equal((await ask("POST", "/auth/invitations", { json })).status, 401);
    assert.equal((await ask("POST", "/auth/invitations", { json, token })).status, 403);
    assert.equal((await ask("POST", "/auth/invitations", { json, cookie: await session(eve) })).status, 403);
    assert.equal((await invite("not an address")).status, 422);
    const taken = await invite("EVE@example.com");
    assert.deepEqual([taken.status, codeOf(taken)], [409, "address_taken"]);
    assert.deepEqual(await auth.accounts.findByEmail(address), undefined);
    assert.deepEqual(mails, []);
    assert.equal((await invite()).status, 202, "the control");
  });

  test("makes one account of fifty attempts at once (L-20)", async (t) => {
    const { invite, accept, linkTo, auth } = await open(t, database, {
      throttle: { link: { network: { attempts: 1000, seconds: 60 } } },
    });
    await invite();
    const link = await linkTo(address);
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(link)));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
    assert.ok(answers.every((answer) => answer.status !== 400 || codeOf(answer) === "invalid_link"));
    assert.equal((await auth.accounts.list({ limit: 10 })).length, 2);
  });

  test("ends when another is sent to the same address, in any spelling, also of fifty at once", async (t) => {
    const { invite, accept, linkTo, settings } = await open(t, database);
    await invite();
    const first = await linkTo(address);
    await Promise.all(Array.from({ length: 50 }, (_, index) => invite(index % 2 === 0 ? address : address.toLowerCase())));
    assert.equal((await settings.database.run(all(links))).length, 1);
    assertInvalid(await accept(first));
    await invite("ADA@example.com");
    assert.equal((await accept(await linkTo("ADA@example.com"))).status, 201);
  });

  test("ends after its time", async (t) => {
    const { invite, accept, linkTo, clock } = await open(t, database);
    await invite();
    const link = await linkTo(address);
    clock.advance(week);
    assertInvalid(await accept(link));
  });

  for (const [name, end] of Object.entries({
    "gets another password": ({ auth, root }: World) =>
      auth.accounts.setPassword(root.id, { password: new Redacted("eight loud kettles whistle") }),
    "is disabled": ({ auth, root }: World) => auth.accounts.disable(root.id),
    "is deleted": ({ auth, root }: World) => auth.accounts.delete(root.id),
  })) {
    test(`ends if the account of the administrator ${name}, and that of another administrator goes on`, async (t) => {
      const world = await open(t, database);
      const { invite, accept, ask, linkTo, account, signIn, administrators } = world;
      const other = await account("other");
      administrators.add(other.id);
      const { access: token } = await signIn(other);
      await invite();
      await ask("POST", "/auth/invitations", { token, json: { email: "bob@example.com" } });
      const [link, control] = [await linkTo(address), await linkTo("bob@example.com")];
      assert.equal(await end(world), true);
      assertInvalid(await accept(link));
      assert.equal((await accept(control)).status, 201, "the control");
    });
  }

  test("is not sent by an account that is disabled at the same moment", async (t) => {
    const world = await open(t, database);
    const { invite, auth, root, settings } = world;
    await Promise.all([
      auth.accounts.disable(root.id),
      ...Array.from({ length: 10 }, (_, index) => invite(`a${index}@example.com`)),
    ]);
    assert.deepEqual(await settings.database.run(all(links)), []);
  });

  test("is not a link for anything else, and no other link is an invitation", async (t) => {
    const { invite, accept, linkTo, ask, auth, root } = await open(t, database, { registration: "open" });
    await invite();
    const link = await linkTo(address);
    for (const path of ["/auth/verify", "/auth/password/reset"]) {
      assertInvalid(await ask("POST", path, { json: { token: link, password } }));
    }
    await ask("POST", "/auth/register", { json: { email: "new@example.com", password } });
    assertInvalid(await accept(await linkTo("new@example.com")));
    const { email = "" } = (await auth.accounts.find(root.id)) ?? assert.fail("no account");
    await ask("POST", "/auth/password/forgot", { json: { email } });
    assertInvalid(await accept(await linkTo(email)));
    assert.equal((await accept(link)).status, 201, "the control");
  });

  test("is not used up by a weak password, and makes no second account for an address that has got one", async (t) => {
    const { invite, accept, linkTo, ask, auth } = await open(t, database);
    await invite();
    const link = await linkTo(address);
    const weak = await ask("POST", "/auth/invitations/accept", { json: { token: link, password: "short" } });
    assert.deepEqual([weak.status, codeOf(weak)], [422, "weak_password"]);
    await auth.accounts.create({ email: address });
    assertInvalid(await accept(link));
  });

  test("cannot be guessed without end", async (t) => {
    const { accept } = await open(t, database, { throttle: { link: { wideNetwork: { attempts: 2, seconds: 60 } } } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await accept("A".repeat(43))).status);
    assert.deepEqual(statuses, [400, 400, 429]);
  });
});
