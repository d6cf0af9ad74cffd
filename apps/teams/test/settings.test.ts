/** The settings: what production has to set, and what the demo makes up. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { z } from "zod";
import { readSettings } from "../src/settings.ts";
import { demoEnvironment } from "./teams.fixture.ts";

const production = {
  DATABASE_URL: "postgres://teams:secret@db.example/teams",
  TEAMS_ISSUER: "https://teams.example.com",
  IDENTITY_KEY: "key",
  WEBHOOK_KEY: "webhooks",
  STRIPE_SECRET: "whsec_1",
  SMTP_URL: "smtps://mail.example:465",
  MAIL_FROM: "teams@example.com",
};

/** The variables that a start complains about. */
function wrong(env: Readonly<Record<string, string>>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof z.ZodError);
    return error.issues.map(({ path }) => path.join()).toSorted();
  }
}

suite("settings", () => {
  test("production has to set every secret and address", () => {
    assert.deepEqual(wrong(production), []);
    assert.deepEqual(wrong({}), Object.keys(production).toSorted());
    for (const name of Object.keys(production)) {
      assert.deepEqual(wrong({ ...production, [name]: "" }), [name], "an empty variable counts as not set");
    }
  });

  test("the demo makes up its secrets, new at each start, and listens on this machine only", () => {
    const [one, other] = [readSettings(demoEnvironment), readSettings(demoEnvironment)];
    assert.deepEqual([one.HOST, one.PORT, one.TEAMS_DEMO], ["127.0.0.1", 3000, "1"]);
    assert.notEqual(one.IDENTITY_KEY.reveal(), other.IDENTITY_KEY.reveal());
    assert.equal(readSettings({ ...demoEnvironment, HOST: "0.0.0.0" }).HOST, "127.0.0.1");
    assert.equal(readSettings({ ...production, HOST: "0.0.0.0" }).HOST, "0.0.0.0");
  });

  test("a value that cannot be used is refused", () => {
    for (const [name, value] of [
      ["PORT", "70000"],
      ["PORT", "http"],
      ["DATABASE_URL", "mysql://db"],
      ["TEAMS_ISSUER", "teams.example.com"],
      ["SMTP_URL", "mail.example"],
      ["TEAMS_DEMO", "yes"],
    ] as const)
      assert.deepEqual(wrong({ ...production, [name]: value }), [name], value);
  });

  test("no secret is printed with the settings", () => {
    const text = JSON.stringify(readSettings({ ...production, SMTP_PASSWORD: "hidden" }));
    for (const secret of ["webhooks", "whsec_1", "hidden", '"key"']) assert.ok(!text.includes(secret), secret);
  });
});
