/** Path parameters and dependencies match; a template has whole segments only. */
import { z } from "zod";
import { depends, get, group, path } from "lockstep";
import { activeUser, anyNote, bare, flip, ownNote, team } from "./example.ts";

const user = activeUser;
const year = path("year", z.int(), { identifies: "nothing" });
const month = path("month", z.int(), { identifies: "nothing" });

// Every parameter is used, directly or below.
get("/", { deps: { user } }, () => 1);
get("/reports/:year", { deps: { user, year } }, ({ year }) => year);
get(
  "/reports/:year/:month",
  { deps: { user, span: depends({ year, month }, ({ year, month }) => [year, month]) } },
  ({ span }) => span,
);
get("/a-b/c.d/~e/_f/:year", { deps: { user, year } }, () => 1);
group({ prefix: "/reports/:year", deps: { year, user } }).get("/:month", { deps: { month } }, ({ year, month }) => year + month);
group({ prefix: "/reports/:year", deps: { user } }).get("/", { deps: { year } }, ({ year }) => year);
// One template is as good as the other.
get(flip ? "/a" : "/b", { deps: { user } }, () => 1);

// A parameter nobody uses.
// @ts-expect-error path parameter :id is used by no dependency
get("/notes/:id", { deps: { user } }, () => 1);
// @ts-expect-error path parameter :month is used by no dependency
get("/reports/:year/:month", { deps: { user, year } }, () => 1);
// @ts-expect-error path parameter :id is used by no dependency
get("/notes/:id", { public: "reason" }, () => 1);
// @ts-expect-error path parameter :team is used by no dependency
group({ prefix: "/teams/:team", deps: { user } }).get("/a", {}, () => 1);
// A parameter that the path lacks.
// @ts-expect-error the path has no parameter :id
get("/notes", { deps: { note: ownNote } }, () => 1);
// @ts-expect-error the path has no parameter :id
get("/notes/:noteId", { deps: { note: anyNote, noteId: path("noteId", z.uuid(), { identifies: "nothing" }) } }, () => 1);
// @ts-expect-error the path has no parameter :year
get("/reports", { deps: { user, span: depends({ year, bare }, ({ year }) => year) } }, () => 1);
// @ts-expect-error the path has no parameter :year
group({ prefix: "/reports", deps: { user, year } }).get("/a", {}, () => 1);

// Templates that mean different things to different routers.
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:id.json", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:id?", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/*", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("*", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:id(\\d+)", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:from-:to", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/v:year", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/:id+", { deps: { user } }, () => 1);
// @ts-expect-error there are no wildcards, suffixes or expressions
get("/notes/{id}", { deps: { user } }, () => 1);
// @ts-expect-error a parameter is a whole segment (/notes/:id)
get("notes", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
get("/notes/", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
get("//notes", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
get("/notes?draft=1", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
get("/notes%2Fall", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
get(flip ? "/a" : "/b/*", { deps: { user } }, () => 1);
// @ts-expect-error A path is made of /segments
group({ prefix: "/v1/", deps: { user } });
// @ts-expect-error A path is made of /segments
group({ prefix: "v1", deps: { user } });
// @ts-expect-error IDOR: an id from the request reaches this handler
group({ prefix: "/teams/:team", deps: { user, team } }).get("/a", {}, () => 1);
