/** How the page looks and signs in, as the API declares it. Whatever it says is text in the page: nothing of it runs. */
import { BuildError } from "../problem/error.ts";
import type { DocsPageOptions } from "../route/api-options.ts";
import { checkClientId, checkParameters } from "../scheme/docs-client.ts";

/** The checked options of the page. */
export interface PageSettings {
  readonly clientId: string | undefined;
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly theme: "light" | "dark" | "auto";
  readonly logo: string | undefined;
  readonly tryItOut: boolean;
}

const where = "createApi({ docs })";
const themes: readonly unknown[] = ["light", "dark", "auto"] satisfies readonly PageSettings["theme"][];
const sameOriginPath = /^\/(?![/\\])[\x21-\x5B\x5D-\x7E]*$/;
const imageData = /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)(?:;charset=utf-8)?(?:;base64)?,[\x21-\x7E]+$/i;

/**
 * Checks the options of the page.
 *
 * @throws BuildError `wrong_option`
 */
export function pageSettings(docs: DocsPageOptions): PageSettings {
  const { clientId, authorizationParameters = {}, theme = "light", logo, tryItOut = true } = docs;
  if (clientId !== undefined) checkClientId(where, clientId);
  checkParameters(where, authorizationParameters);
  if (!themes.includes(theme)) throw wrong('set theme to "light", "dark" or "auto"');
  if (logo !== undefined && (typeof logo !== "string" || !(sameOriginPath.test(logo) || imageData.test(logo)))) {
    throw wrong(
      'set logo to a path of the same origin, such as "/logo.svg", or to a data: URL of an image: the page loads no other',
    );
  }
  if (typeof tryItOut !== "boolean") throw wrong("set tryItOut to true or false");
  return { clientId, authorizationParameters, theme, logo, tryItOut };
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `${where}: ${advice}`);
}
