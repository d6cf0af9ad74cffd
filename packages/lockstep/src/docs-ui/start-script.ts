/**
 * The script that starts Swagger UI, as text: it runs in browsers only. Nothing of the page's address is read but where the
 * page is; `?url=` and `?configUrl=` mean nothing.
 *
 * It differs from Swagger UI's own ways in what concerns credentials. Passwords and client secrets never reach
 * `localStorage`, which keeps tokens and API keys over a reload: Basic has to be typed again. The OAuth `state` is random
 * (Swagger UI takes the time of day). An API key that is a cookie is set `SameSite=Strict`, and for the whole host where its
 * name says `__Host-`.
 *
 * Signing in needs a user name and a password and nothing else. The scopes of the password flow are selected. If no client is
 * typed, none is sent: Swagger UI would send `Basic Og==`, an empty client, which token endpoints refuse (RFC 6749 §2.3.1).
 * The Authorize dialog opens at its first field; Swagger UI scrolls to the last. The client and the parameters that the API
 * declares are those of the authorization code flow only: Swagger UI would use them in every flow and add them to each token
 * request.
 */
import { answerScript } from "./answer-script.ts";

/** The script, as the page loads it. */
export const startScript: string = `"use strict";
(() => {
${answerScript}
  const folder = new URL(".", location.href);
  const documentUrl = new URL("openapi.json", folder).href;
  const { clientId, authorizationParameters = "{}", signIn = "{}", tryItOut } = document.getElementById("swagger-ui").dataset;

  /** What the API says of its security schemes, by their names. */
  const entries = new Map(Object.entries(JSON.parse(signIn)));

  const root = document.documentElement;
  if (root.dataset.theme === "auto") {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => root.classList.toggle("dark-mode", system.matches);
    system.addEventListener("change", follow);
    follow();
  }

  /** What may outlive the page: nothing that a person typed as a password. */
  const lasting = (authorized) => {
    const kept = {};
    for (const [name, { password, clientSecret, code, codeVerifier, ...rest }] of Object.entries(authorized)) {
      if (rest.schema.scheme !== "basic") kept[name] = rest;
    }
    return kept;
  };

  /** A token that was kept, as the entry is shown now: the issuer may have been away when the page was loaded, or be away now. */
  const fittingOne = ([name, kept]) => {
    const { shown } = entries.get(name) ?? {};
    const token = kept.token?.access_token ?? kept.value;
    if (shown === undefined || kept.schema?.type === shown.type || typeof token !== "string") return [name, kept];
    const value = shown.type === "http" ? { value: token } : { token: { access_token: token, token_type: "Bearer" } };
    return [name, { name, schema: shown, ...value }];
  };
  const fitting = (kept) => Object.fromEntries(Object.entries(kept).map(fittingOne));

  const cookieOf = (schema) => {
    const { type, in: place, name } = schema?.toJS?.() ?? schema ?? {};
    return type === "apiKey" && place === "cookie" ? name : undefined;
  };

  const setCookie = (name, value, lifetime) => {
    const path = name.startsWith("__Host-") ? "/" : folder.pathname.replace(/(?<=.)\\/$/, "");
    document.cookie = name + "=" + value + "; Path=" + path + "; SameSite=Strict; Secure" + lifetime;
  };

  const randomState = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  let channel;

  /** The answer comes through the channel if the window that it comes to has lost its opener. Another page may wait for another one. */
  const listenFor = (request) => {
    channel?.close();
    channel = channelOf(folder);
    channel.onmessage = ({ data }) => {
      if (typeof data.search !== "string") return;
      const answer = new URLSearchParams(data.search);
      if (answer.get("state") !== request.state || window.swaggerUIRedirectOauth2?.state !== request.state) return;
      const refusal = handOver(request, answer);
      if (refusal === undefined) delete window.swaggerUIRedirectOauth2;
      channel.postMessage({ answered: request.state, refusal });
    };
  };

  /** What Swagger UI sends for a client without a name and without a secret. */
  const emptyClient = "Basic " + btoa(":");

  const withoutEmptyClient = (request) => {
    const { Authorization, ...headers } = request.headers ?? {};
    return Authorization === emptyClient ? { ...request, headers } : request;
  };

  const tokenUrls = new Set();

  /** Swagger UI adds a header to token requests that makes browsers ask first (CORS). Many issuers do not allow it, and need no other. */
  const plainly = (request) => {
    if (tokenUrls.has(new URL(request.url, documentUrl).href)) delete request.headers["X-Requested-With"];
    return request;
  };

  /** The token is asked for the same resource as the code (RFC 8707 §2.2). */
  const withResource = (request) => {
    const { resource } = entries.get(request.name)?.authorizationParameters ?? {};
    return resource === undefined ? request : { ...request, body: request.body + "&resource=" + encodeURIComponent(resource) };
  };

  /** A request has one place for the token: who signs in at one issuer signs out at the others. */
  const leaveOthers = (name, { authActions, authSelectors }) => {
    const others = entries.get(name)?.others?.filter((other) => authSelectors.authorized().has(other)) ?? [];
    if (others.length > 0) authActions.logout(others);
  };

  const credentials = () => ({
    statePlugins: {
      auth: {
        wrapActions: {
          persistAuthorizationIfNeeded: (_original, { authSelectors }) => () => {
            localStorage.setItem("authorized", JSON.stringify(lasting(authSelectors.authorized().toJS())));
          },
          restoreAuthorization: (original) => ({ authorized }) => original({ authorized: fitting(authorized) }),
          authPopup: (original) => (url, request) => {
            const state = randomState();
            const address = new URL(url, documentUrl);
            address.searchParams.set("state", state);
            const { issuer, namesIssuer } = entries.get(request.auth.name) ?? {};
            const awaited = { ...request, state, issuer, namesIssuer };
            listenFor(awaited);
            return original(address.href, awaited);
          },
          authorizeRequest: (original) => (request) => {
            tokenUrls.add(new URL(request.url, documentUrl).href);
            return original(withResource(withoutEmptyClient(request)));
          },
          authorizeOauth2: (original, system) => (payload) => {
            leaveOthers(payload.auth.name, system);
            return original(payload);
          },
          authorize: (original, system) => (payload) => {
            for (const name of Object.keys(payload)) leaveOthers(name, system);
            const result = original(payload);
            for (const { schema, value } of Object.values(payload)) {
              const name = cookieOf(schema);
              if (name !== undefined) setCookie(name, value, "");
            }
            return result;
          },
          logout: (original, { authSelectors }) => (names) => {
            for (const scheme of names) {
              const name = cookieOf(authSelectors.authorized()?.getIn([scheme, "schema"]));
              if (name !== undefined) setCookie(name, "", "; Max-Age=0");
            }
            return original(names);
          },
        },
      },
    },
  });

  const byCode = ["authorizationCode", "authorization_code", "accessCode"];

  /** Where one operation's lock opened the dialog, only the scopes of that operation are offered. */
  const offered = (schema) => Array.from((schema.get("allowedScopes") ?? schema.get("scopes"))?.keys() ?? []);

  /** A scheme that names a client has parameters of its own: those of one issuer do not go to another. */
  const selected = (schema, entry) => {
    if (schema.get("flow") === "password") return { scopes: offered(schema) };
    if (!byCode.includes(schema.get("flow"))) return {};
    const own = entry?.clientId === undefined ? { clientId, authorizationParameters: JSON.parse(authorizationParameters) } : entry;
    return {
      clientId: own.clientId,
      additionalQueryStringParams: own.authorizationParameters,
      ...(entry?.selected ? { scopes: offered(schema) } : {}),
    };
  };

  /** An issuer's own spelling of the scopes is that of no operation: all of them are offered. */
  const spelled = (schema, scopes) =>
    scopes === undefined || !byCode.includes(schema.get("flow"))
      ? schema
      : schema.set("scopes", schema.clear().merge(scopes.map((scope) => [scope, ""])));

  const dialog = () => ({
    wrapComponents: {
      oauth2: (Original, { React }) => (props) => {
        const { authSelectors } = props;
        const entry = entries.get(props.name);
        const schema = spelled(props.schema, entry?.scopes);
        const getConfigs = () => ({ ...authSelectors.getConfigs(), ...selected(schema, entry) });
        const form = React.createElement(Original, { ...props, schema, authSelectors: { ...authSelectors, getConfigs } });
        // Nobody has a secret to type for a public client.
        return entry?.clientId === undefined ? form : React.createElement("div", { className: "public-client" }, form);
      },
      authorizationPopup: (Original, { React }) => (props) => {
        // Every scheme's first field takes the focus when it appears. The effect of their parent runs after them.
        React.useLayoutEffect(() => {
          const content = document.querySelector(".modal-ux-content");
          content.querySelector("input, button")?.focus({ preventScroll: true });
          content.scrollTop = 0;
        }, []);
        return React.createElement(Original, props);
      },
    },
  });

  /** Where the API is mounted under a prefix, what its document says relative to the API is relative to that prefix. */
  const mount = (api) => {
    if (folder.pathname === "/" || api.servers !== undefined) return;
    api.servers = [{ url: folder.href.replace(/\\/$/, "") }];
    for (const { flows } of Object.values(api.components.securitySchemes ?? {})) {
      for (const flow of Object.values(flows ?? {})) {
        for (const key of ["authorizationUrl", "tokenUrl", "refreshUrl"]) {
          if (flow[key]?.startsWith("/")) flow[key] = new URL("." + flow[key], folder).href;
        }
      }
    }
  };

  /** The document as this page shows it. */
  const asShown = (response) => {
    if (response.url !== documentUrl || !response.ok) return response;
    const api = JSON.parse(response.text);
    const schemes = api.components.securitySchemes ?? {};
    for (const [name, { shown }] of entries) if (shown !== undefined && name in schemes) schemes[name] = shown;
    mount(api);
    response.text = JSON.stringify(api);
    return response;
  };

  const ui = SwaggerUIBundle({
    dom_id: "#swagger-ui",
    url: documentUrl,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [credentials, dialog],
    layout: "BaseLayout",
    queryConfigEnabled: false,
    validatorUrl: null,
    deepLinking: true,
    tryItOutEnabled: tryItOut !== "false",
    ...(tryItOut === "false" ? { supportedSubmitMethods: [] } : {}),
    displayRequestDuration: true,
    persistAuthorization: true,
    oauth2RedirectUrl: new URL("docs/oauth2-redirect.html", folder).href,
    requestInterceptor: plainly,
    responseInterceptor: asShown,
  });
  ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true });
})();
`;
