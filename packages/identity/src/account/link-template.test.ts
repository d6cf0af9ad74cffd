import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { linksTo } from "./link-template.ts";

const token = new Redacted("abc$&$1");

test("links lead to pages of the issuer, with the token in the fragment, which browsers do not send to a server", () => {
  const links = linksTo("https://as.test");
  assert.equal(links.verify(token), "https://as.test/auth/verify#token=abc$&$1");
  assert.equal(links.reset(token), "https://as.test/auth/password/reset#token=abc$&$1");
  assert.equal(links.invite(token), "https://as.test/auth/invitations/accept#token=abc$&$1");
  assert.equal(linksTo("https://as.test/tenant/").verify(token), "https://as.test/tenant/auth/verify#token=abc$&$1");
});

test("links lead where the settings say", () => {
  const links = linksTo("https://as.test", { verify: "http://localhost:3000/v?t={token}" });
  assert.equal(links.verify(token), "http://localhost:3000/v?t=abc$&$1");
});

test("a template that is not https, or does not contain {token} exactly once, is refused when the service is built", () => {
  for (const verify of [
    "http://app.example/#{token}",
    "https://app.example/",
    "https://app.example/{token}/{token}",
    "https://{token}.example/",
    "javascript:alert('{token}')",
    "/verify#{token}",
    "https://app.example/ #{token}",
    "https://app.example/\n#{token}",
  ]) {
    assert.throws(() => linksTo("https://as.test", { verify }), { code: "wrong_option" }, verify);
  }
});
