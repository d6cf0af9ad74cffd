import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, type DocsPageOptions } from "../index.ts";

async function pageOf(page: DocsPageOptions) {
  const api = createApi({ title: "Notes", version: "1", routes: [], audit: () => {}, docs: { public: "a test", ...page } });
  const response = await api.fetch(new Request("https://api.example/docs"));
  return { html: await response.text(), policy: response.headers.get("content-security-policy") };
}

test("without options, the page says nothing of them", async () => {
  const { html } = await pageOf({});
  assert.match(html, /^<!doctype html>\n<html lang="en">\n/);
  assert.match(html, /<body>\n<div id="swagger-ui"><\/div>\n/);
});

test("options are text in the page, and the policy is the same with any of them", async () => {
  const plain = await pageOf({});
  const { html, policy } = await pageOf({
    clientId: `"><script>`,
    authorizationParameters: { audience: `'"><script>`, prompt: "login" },
    logo: "/logo.svg?a=1&b=2#'><script>",
    theme: "auto",
    tryItOut: false,
  });
  assert.equal(policy, plain.policy);
  assert.match(html, /^<!doctype html>\n<html lang="en" data-theme="auto">\n/);
  const data =
    'data-client-id="&quot;&gt;&lt;script&gt;" data-authorization-parameters="{&quot;audience&quot;:&quot;&#39;\\&quot;&gt;&lt;script&gt;&quot;,&quot;prompt&quot;:&quot;login&quot;}" data-try-it-out="false"';
  assert.ok(html.includes(`<div id="swagger-ui" ${data}></div>`), html);
  assert.ok(html.includes('<img src="/logo.svg?a=1&amp;b=2#&#39;&gt;&lt;script&gt;" alt="Notes">'), html);
  assert.match((await pageOf({ theme: "dark" })).html, /<html lang="en" class="dark-mode">/);
});

const right: readonly DocsPageOptions[] = [
  { clientId: "docs" },
  { clientId: "https://docs.example/client" },
  { authorizationParameters: {} },
  { authorizationParameters: { audience: "" } },
  { theme: "light" },
  { logo: "/logo.svg" },
  { logo: "/" },
  { logo: "data:image/png;base64,iVBORw0KGgo=" },
  { logo: "data:image/svg+xml,%3Csvg/%3E" },
  { tryItOut: true },
];

test("what a page may be told starts", () => {
  for (const page of right)
    assert.ok(createApi({ title: "t", version: "1", routes: [], docs: { public: "a test", ...page } }), JSON.stringify(page));
});

const wrong: readonly (readonly [page: Readonly<Record<string, unknown>>, advice: RegExp])[] = [
  ...["", "a\nb", "ä", 1, null].map((clientId) => [{ clientId }, /set clientId to the id of a client/] as const),
  ...["audience", null, ["audience"]].map((given) => [{ authorizationParameters: given }, /to a record of texts/] as const),
  ...["state", "redirect_uri", "code_challenge", "client_id", "scope", "response_type", "code_challenge_method"].map(
    (name) => [{ authorizationParameters: { [name]: "x" } }, new RegExp(`remove ${name}`)] as const,
  ),
  [{ authorizationParameters: { audience: 1 } }, /set audience in authorizationParameters to a text/],
  ...["blue", "Dark", "", true].map((theme) => [{ theme }, /set theme to "light", "dark" or "auto"/] as const),
  ...[
    "logo.svg",
    "",
    "//evil.example/logo.svg",
    "/\\evil.example/logo.svg",
    "/\t/evil.example/logo.svg",
    "https://evil.example/logo.svg",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "data:image/png",
    "/a b.png",
    "/logo\n.svg",
    1,
  ].map((logo) => [{ logo }, /set logo to a path of the same origin/] as const),
  ...["no", 0, null].map((tryItOut) => [{ tryItOut }, /set tryItOut to true or false/] as const),
];

test("any other value does not start, and the message says what to write", () => {
  for (const [page, message] of wrong) {
    const start = () => createApi({ title: "t", version: "1", routes: [], docs: { public: "a test", ...page } });
    assert.throws(start, { code: "wrong_option", message }, JSON.stringify(page));
  }
});
