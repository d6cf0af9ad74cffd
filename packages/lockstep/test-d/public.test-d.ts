/** `public` needs a reason, and excludes an authenticated dependency. */
import { get, group, unowned } from "lockstep";
import { activeUser, bare, client, currentUser, flip, id } from "./example.ts";

get("/health", { public: "load balancer probe" }, () => "ok");
get("/health", { public: flip ? "probe" : "also a probe" }, () => "ok");
get("/health", { public: "probe", deps: { bare } }, ({ bare }) => bare.id);

// @ts-expect-error Say why: the reason is shown in the document
get("/a", { public: "" }, () => 1);
// @ts-expect-error Say why: the reason is shown in the document
unowned("", { id }, () => ({ a: 1 }));
// @ts-expect-error Unprotected route
get("/a", { public: true }, () => 1);
// @ts-expect-error A route is public or authenticated, not both
get("/a", { public: "reason", deps: { user: activeUser } }, () => 1);
// @ts-expect-error A route is public or authenticated, not both
get("/a", { public: "reason", deps: { bare, user: currentUser } }, () => 1);
// @ts-expect-error A route is public or authenticated, not both
group({ prefix: "/v1", deps: { client } }).get("/a", { public: "reason" }, () => 1);
// Only sometimes public is not public.
// @ts-expect-error Unprotected route
get("/a", { public: flip ? "reason" : undefined }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { public: undefined }, () => 1);
