/** The HTML of the documentation, and its content policies. Nothing is inline, so the policies need no exception for scripts. */
import type { OpenApiDocument } from "../openapi/openapi.ts";
import { type AssetName, type Assets, assetUrl } from "./asset.ts";
import type { PageSettings } from "./page-options.ts";
import type { PageEntries } from "./sign-in.ts";

/** The page with Swagger UI. Its addresses are relative, so it works under any prefix; that of a logo is as it was given. */
export function docsPage(title: string, settings: PageSettings, { entries, notices }: PageEntries, assets: Assets): string {
  const style = (name: AssetName): string =>
    `<link rel="stylesheet" href="${assetUrl(assets, "docs/", name)}" integrity="${assets[name].integrity}">`;
  return `<!doctype html>
<html lang="en"${themeOf(settings)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: documentation</title>
<link rel="icon" href="data:,">
${style("swagger-ui.css")}
${style("index.css")}
${style("page.css")}
</head>
<body>
${logoOf(title, settings)}${notices.map(noticeTag).join("")}<div id="swagger-ui"${dataOf(settings, entries)}></div>
<noscript>This page needs JavaScript. The same is in <a href="openapi.json">openapi.json</a>.</noscript>
${scriptTag(assets, "docs/", "swagger-ui-bundle.js")}
${scriptTag(assets, "docs/", "start.js")}
</body>
</html>
`;
}

function themeOf({ theme }: PageSettings): string {
  if (theme === "auto") return ' data-theme="auto"';
  return theme === "dark" ? ' class="dark-mode"' : "";
}

function logoOf(title: string, { logo }: PageSettings): string {
  if (logo === undefined) return "";
  return `<header class="api-logo"><img src="${escapeHtml(logo)}" alt="${escapeHtml(title)}"></header>\n`;
}

function noticeTag(notice: string): string {
  return `<p class="sign-in-notice" role="status">${escapeHtml(notice)}</p>\n`;
}

/** The settings that the script reads. The script itself is the same file for every API, and browsers keep it. */
function dataOf({ clientId, authorizationParameters, tryItOut }: PageSettings, entries: PageEntries["entries"]): string {
  const data = {
    "data-sign-in": Object.keys(entries).length === 0 ? undefined : JSON.stringify(entries),
    "data-client-id": clientId,
    "data-authorization-parameters":
      Object.keys(authorizationParameters).length === 0 ? undefined : JSON.stringify(authorizationParameters),
    "data-try-it-out": tryItOut ? undefined : "false",
  };
  return Object.entries(data)
    .map(([name, value]) => (value === undefined ? "" : ` ${name}="${escapeHtml(value)}"`))
    .join("");
}

/** Where authorization servers send the browser back to. */
export function redirectPage(assets: Assets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Signing in</title>
<link rel="icon" href="data:,">
</head>
<body>
<p role="status">Signing in …</p>
${scriptTag(assets, "", "oauth2-redirect.js")}
</body>
</html>
`;
}

/**
 * What the page with Swagger UI may do: run and load what the API itself serves, and talk to the API, to the servers that its own
 * document names, and to the token endpoints that the page shows. Swagger UI sets styles through the CSSOM only, so no
 * `unsafe-inline` is needed; its icons are `data:` images.
 */
export function docsPolicy(document: OpenApiDocument, entries: PageEntries["entries"]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...fetchedOrigins(document, entries)].join(" "),
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** What the redirect page may do: run its script. */
export const redirectPolicy =
  "default-src 'none'; script-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** What Swagger UI fetches of a security scheme. For an authorization URL a window is opened; a refresh URL it does not use. */
const fetched: ReadonlySet<string> = new Set(["tokenUrl", "openIdConnectUrl"]);

function fetchedOrigins({ servers = [], components }: OpenApiDocument, entries: PageEntries["entries"]): readonly string[] {
  const schemes = Object.entries(components.securitySchemes ?? {}).map(([name, scheme]) => entries[name]?.shown ?? scheme);
  const urls = [...servers.map(({ url }) => url), ...urlsIn(schemes)];
  return [...new Set(urls.flatMap(originOf))];
}

function urlsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (fetched.has(key) && typeof inner === "string" ? [inner] : urlsIn(inner)));
}

/** The origin of an absolute address. A host may hold a semicolon, which would end the directive: only what is a plain host. */
function originOf(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { origin } = new URL(url);
  return /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/.test(origin) ? [origin] : [];
}

function scriptTag(assets: Assets, folder: "" | "docs/", name: AssetName): string {
  return `<script src="${assetUrl(assets, folder, name)}" integrity="${assets[name].integrity}"></script>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
