/**
 * The routes of the documentation: `/docs`, the files it needs, and `/openapi.json`. They are routes of the API like any other,
 * with an access rule; they are not part of the document. The document never changes. The page follows the issuers at which
 * people sign in: it shows where their endpoints are now, or says why there are none.
 */
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { isDependency } from "../dependency/node.ts";
import type { OpenApiDocument } from "../openapi/openapi.ts";
import { shownSchemes } from "../openapi/security-schemes.ts";
import { BuildError } from "../problem/error.ts";
import { ownProblem } from "../problem/problem.ts";
import { refusingSecrets } from "../secret/redacted.ts";
import type { ApiOptions } from "../route/api-options.ts";
import { reply, type Reply } from "../outcome/reply.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import { libraryGet, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { type AssetName, type Assets, assetTypes } from "./asset.ts";
import { pageSettings } from "./page-options.ts";
import { pageEntries } from "./sign-in.ts";
import { docsPage, docsPolicy, redirectPage, redirectPolicy } from "./page.ts";

/** Declares a route under the access rule of the documentation. */
type Declare = (template: string, handler: () => unknown) => Route;

const html = "text/html; charset=utf-8";

/**
 * The documentation's routes; none if the options name no access rule. A browser that opens `/docs` sends only credentials that
 * it attaches by itself, so an access rule for people is made of a session's cookie or of Basic: a token in a header opens
 * `/openapi.json` to programs only. A cookie that is `SameSite=Strict` does not come back from an authorization server on another
 * site: where the Authorize button is to work with one, the session's cookie is `Lax`.
 *
 * @throws BuildError `docs_unguarded` if the rule is not an authenticated dependency, `missing_package` without
 *   `swagger-ui-dist`, `wrong_option`
 */
export function docsRoutes(
  { docs, title }: Pick<ApiOptions, "docs" | "title">,
  document: OpenApiDocument,
  routes: readonly CompiledRoute[],
): Route[] {
  if (docs === undefined) return [];
  const declare = declareWith(docs);
  checkPackage();
  const settings = pageSettings(docs);
  const schemes = shownSchemes(routes.filter(({ definition }) => !definition.hidden));
  // Written when it is first asked for: it does not change.
  let bytes: Uint8Array | undefined;
  // The files are a library's, the same for everyone; a shared cache still keeps no answer behind a guard.
  const cacheControl = `${docs.public === undefined ? "private" : "public"}, max-age=3600`;
  const assetNames = Object.keys(assetTypes) as AssetName[]; // The record is a constant: it has no other keys.
  return [
    declare("/openapi.json", () => {
      bytes ??= new TextEncoder().encode(refusingSecrets(() => JSON.stringify(document)));
      return send(bytes, { "content-type": "application/json" });
    }),
    declare("/docs", async () => {
      const [assets, signIn] = await Promise.all([load(), pageEntries(schemes)]);
      return send(docsPage(title, settings, signIn, assets), {
        "content-type": html,
        "content-security-policy": docsPolicy(document, signIn.entries),
        // Windows that this page opens, for signing in, keep their opener; those that open this page lose it.
        "cross-origin-opener-policy": "same-origin-allow-popups",
        "cache-control": "no-store",
      });
    }),
    // Without an opener policy: any would cut this window off from the page that waits for it.
    declare("/docs/oauth2-redirect.html", async () =>
      send(redirectPage(await load()), {
        "content-type": html,
        "content-security-policy": redirectPolicy,
        "cache-control": "no-store",
      }),
    ),
    ...assetNames.map((name) =>
      declare(`/docs/${name}`, async () =>
        send((await load())[name].bytes, { "content-type": assetTypes[name], "cache-control": cacheControl }),
      ),
    ),
  ];
}

/** The document and the page's files are this library's own. */
const response = unchecked("the documentation itself");

function declareWith(docs: NonNullable<ApiOptions["docs"]>): Declare {
  if (docs.public !== undefined && docs.access !== undefined) {
    throw new BuildError(
      "wrong_option",
      "docs: { public } or { access }, not both: either everyone may read it, or everyone who passes a dependency",
    );
  }
  if (docs.public !== undefined) {
    const reason = docs.public;
    return (template, handler) => libraryGet(template, { public: reason, response }, handler);
  }
  const access = authenticated(docs.access);
  return (template, handler) => libraryGet(template, { deps: { access }, response }, handler);
}

function authenticated(access: AnyDependency | undefined): Dependency<unknown, "authenticated"> {
  if (!isDependency(access) || !access["~dep"].facts.has("authenticated")) {
    throw new BuildError(
      "docs_unguarded",
      'docs: say who may read the documentation: { access: an authenticate() dependency, or one that needs it }, or { public: "reason" } for everyone',
    );
  }
  // The fact has been read off the node; the other facts are checked when the routes are compiled.
  return access as AnyDependency & Dependency<unknown, "authenticated">;
}

/** Bytes are sent as they are; a string would be written as JSON. */
function send(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Reply<Uint8Array> {
  return reply(200, typeof body === "string" ? new TextEncoder().encode(body) : body, { headers });
}

/**
 * Swagger UI is an optional peer dependency. It is known to be missing only if the runtime resolves packages and reports that
 * this one is not found. A runtime that cannot tell (a bundle on an edge worker) serves the document, and a 404 for the page.
 */
function checkPackage(): void {
  try {
    // The types say that it is always there. A bundle in another module format does not have it.
    import.meta.resolve?.("swagger-ui-dist/package.json");
  } catch (cause) {
    if (codeOf(cause) !== "ERR_MODULE_NOT_FOUND") return;
    throw new BuildError(
      "missing_package",
      "Install swagger-ui-dist, or leave out `docs`: createApi({ docs }) serves /docs from that package, and it is not installed",
      { cause },
    );
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

async function load(): Promise<Assets> {
  try {
    const { loadAssets } = await import("./assets.ts");
    return await loadAssets();
  } catch (cause) {
    throw ownProblem(
      404,
      "not_found",
      "Read /openapi.json with another viewer: this page needs the files of swagger-ui-dist, which cannot be read here.",
      { cause },
    );
  }
}
