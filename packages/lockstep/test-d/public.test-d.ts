/** `public` needs a reason, and excludes an authenticated dependency. */
import { get, group, unowned } from "lockstep";
import { activeUser, bare, client, currentUser, flip, id } from "./example.ts";

get("/health", { public: "load balancer probe" }, () => "ok");
get("/health", { public: flip ? "probe" : "also a probe" }, () => "ok");
get("/health", { public: "probe", deps: { bare } }, ({ bare }) => bare.id);

// @ts-expect-error say why in a few words: the reason is shown in the document
get("/a", { public: "" }, () => 1);
// @ts-expect-error say why in a few words: the reason is shown in the document
unowned("", { id }, () => ({ a: 1 }));
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { public: true }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
get("/a", { public: "reason", deps: { user: activeUser } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
get("/a", { public: "reason", deps: { bare, user: currentUser } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
group({ prefix: "/v1", deps: { client } }).get("/a", { public: "reason" }, () => 1);
// Only sometimes public is not public.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { public: flip ? "reason" : undefined }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { public: undefined }, () => 1);
