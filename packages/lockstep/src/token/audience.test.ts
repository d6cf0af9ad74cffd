/** Whom a token is for, as issuers say it: each option beside a token that is nearly right. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { opens, passes, refused, wrong, type Over } from "./interop.fixture.ts";
import * as f from "./token.fixture.ts";

describe("audience: { clientId }", () => {
  const options: Over = { audience: { clientId: ["web", "app"] } };
  const cognito = { aud: undefined, client_id: "web" };

  test("accepts tokens without aud that were issued to one of the clients", async () => {
    for (const aud of [undefined, null, []]) await opens("audience", options, { ...cognito, aud });
    await passes(options, { ...cognito, client_id: "app" });
  });

  test("refuses another client, none, and a client in a list or in another claim", async () => {
    for (const client_id of ["other", "WEB", "web ", "web2", "", undefined, null, ["web"], { web: 1 }])
      await refused(options, { ...cognito, client_id });
    assert.equal(await refused(options, { aud: undefined, client_id: undefined, azp: "web" }), "another client");
  });

  test("refuses a token with an audience, ours included: it is an ID token, or an access token for another API", async () => {
    for (const aud of ["web", f.audience, "https://other", ["web"], ""])
      assert.match(await refused(options, { ...cognito, aud }), /^the token has an audience/);
  });

  test("is checked when the verifier is built", () => {
    for (const audience of [
      { clientId: [] },
      { clientId: [""] },
      { clientId: 1 },
      { clientId: ["a"], absent: "x" },
      { clientID: ["a"] },
    ])
      wrong({ audience }, /audience|clientId/);
    wrong({ ...options, extraAudiences: "allow" }, /`extraAudiences`/);
    wrong({ ...options, extraAudiences: ["x"] }, /`extraAudiences`/);
  });
});

describe("audience: { absent }", () => {
  const options: Over = { audience: { absent: "the project's keys sign for this API only" } };

  test("accepts tokens that name no audience, and refuses those that name one", async () => {
    await opens("audience", options, { aud: undefined });
    for (const aud of [f.audience, "https://other", [f.audience], "", {}]) await refused(options, { aud });
  });

  test("needs a reason", () => {
    for (const absent of ["", undefined, true]) wrong({ audience: { absent } }, /audience\.absent/);
  });
});

describe("extraAudiences", () => {
  const userinfo = "https://tenant.example/userinfo";

  test("accepts the audiences of the list beside ours, and no others", async () => {
    const options: Over = { extraAudiences: [userinfo, "account"] };
    await opens("extraAudiences", options, { aud: [f.audience, userinfo] });
    await passes(options, { aud: [userinfo, "account", f.audience] });
    await passes(options, { aud: f.audience });
    for (const other of ["https://other", `${userinfo}/`, "Account"])
      assert.match(await refused(options, { aud: [f.audience, userinfo, other] }), /^further audiences/);
  });

  test("is never taken for our own audience", async () => {
    for (const aud of [userinfo, [userinfo], [userinfo, "account"]])
      assert.equal(await refused({ extraAudiences: [userinfo, "account"] }, { aud }), "another audience");
  });

  test("is checked when the verifier is built", () => {
    for (const extraAudiences of [true, [], [""], [1], {}, ""]) wrong({ extraAudiences }, /`extraAudiences`/);
  });
});

describe("authorizedParties", () => {
  const options: Over = { authorizedParties: ["https://app.example"] };

  test("lets tokens of these clients pass, compared whole", async () => {
    await passes(options, { azp: "https://app.example" });
    for (const azp of [
      "https://app.example.evil",
      "https://app.example/",
      "https://APP.example",
      "",
      undefined,
      null,
      ["https://app.example"],
      1,
    ])
      await refused(options, { azp });
  });

  test("lets a token without azp pass only where the list says so", async () => {
    const withNone: Over = { authorizedParties: ["https://app.example", { absent: true }] };
    for (const azp of ["https://app.example", undefined, null]) await passes(withNone, { azp });
    for (const azp of ["other", "", "undefined", 1]) await refused(withNone, { azp });
    for (const authorizedParties of [[], [""], "https://app.example", [{ absent: false }], {}])
      wrong({ authorizedParties }, /authorizedParties/);
  });
});
