/** A scheme that is written where it is used declares the scopes that it says, and otherwise none. */
import {
  anyOf,
  apiKeyHeader,
  authenticate,
  httpBearer,
  identified,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  openIdConnect,
  post,
  scopes,
} from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";

const me = identified({ id: "u1" }, { sub: "u1" });
const inline = authenticate({ token: httpBearer() }, () => me);
const key = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => me);
holds<Equal<KnownOf<typeof inline>, "credential" | "authenticated" | "scoped">>();
holds<Equal<KnownOf<typeof key>, KnownOf<typeof inline>>>();
const password = authenticate({ token: oauth2PasswordBearer({ tokenUrl: "/token" }) }, () => me);
const code = authenticate({ token: oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl: "/token" }) }, () => me);
const machine = authenticate({ token: oauth2ClientCredentials({ tokenUrl: "/token" }) }, () => me);
const oidc = authenticate(
  { token: openIdConnect({ openIdConnectUrl: "https://login.example/.well-known/openid-configuration" }) },
  () => me,
);
holds<Equal<KnownOf<typeof password | typeof code | typeof machine | typeof oidc>, KnownOf<typeof inline>>>();
// Without scopes there is nothing to ask for.
post("/a", { deps: { inline } }, () => undefined);

// With scopes, inline or named, those and no others.
const files = authenticate({ token: httpBearer({ scopes: { "files:read": "Read files" } }) }, () => me);
holds<Equal<Extract<KnownOf<typeof files>, `scope:${string}`>, "scope:files:read">>();
scopes(files, "files:read");
const declared = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { me: "Read yourself" } });
const user = authenticate({ declared }, () => me);
const both = anyOf({ user, key });
scopes(both, "me");
scopes(anyOf({ user, inline }), "me");

// @ts-expect-error Argument of type '"typo"' is not assignable to parameter of type 'never'
scopes(inline, "typo");
// @ts-expect-error Argument of type '"typo"' is not assignable to parameter of type 'never'
scopes(key, "typo");
// @ts-expect-error Argument of type '"typo"' is not assignable to parameter of type 'never'
scopes(oidc, "typo");
// @ts-expect-error Argument of type '"mee"' is not assignable to parameter of type '"me"'
scopes(both, "mee");
// @ts-expect-error Argument of type '"mee"' is not assignable to parameter of type '"me"'
scopes(anyOf({ user, inline }), "mee");
// @ts-expect-error Argument of type '"files:write"' is not assignable to parameter of type '"files:read"'
scopes(files, "files:write");
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { files } }, () => undefined);
