/** Path parameters and dependencies match; a template has whole segments only. */
import { z } from "zod";
import { depends, get, group, nothing, path } from "lockstep";
import { some } from "./assert.ts";
import { activeUser, anyNote, bare, flip, ownNote, team } from "./example.ts";

const user = activeUser;
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
const month = path("month", z.int(), { identifies: nothing("a month") });

// Every parameter is used, directly or below.
get("/", { deps: { user } }, () => 1);
get("/reports/:year", { deps: { user, year } }, ({ year }) => year);
get(
  "/reports/:year/:month",
  { deps: { user, span: depends({ year, month }, ({ year, month }) => `${year}-${month}`) } },
  ({ span }) => span,
);
get("/a-b/c.d/~e/_f/:year", { deps: { user, year } }, () => 1);
group({ prefix: "/reports/:year", deps: { year, user } }).get("/:month", { deps: { month } }, ({ year, month }) => year + month);
group({ prefix: "/reports/:year", deps: { user } }).get("/", { deps: { year } }, ({ year }) => year);
group({ prefix: "/:year", deps: { user, year } }).get("/to/:month", { deps: { month } }, ({ year, month }) => year + month);
// One template is as good as the other.
get(flip ? "/a" : "/b", { deps: { user } }, () => 1);
get(flip ? "/a/:year" : "/b/:year", { deps: { user, year } }, () => 1);
// Of a path that is only partly known, the known part is checked, and start-up checks the rest.
const resource = some<string>();
get(`/${resource}/:year`, { deps: { user, year } }, ({ year }) => year);
get(resource, { deps: { user, year } }, ({ year }) => year);
group({ prefix: resource, deps: { user, year } }).get("/a", {}, ({ year }) => year);

// A parameter nobody uses.
// @ts-expect-error add path("id", schema) to a dependency
get("/notes/:id", { deps: { user } }, () => 1);
// @ts-expect-error add path("month", schema) to a dependency
get("/reports/:year/:month", { deps: { user, year } }, () => 1);
// @ts-expect-error add path("month", schema) to a dependency
get("/:month/reports/:year/all", { deps: { user, year } }, () => 1);
// @ts-expect-error add path("month", schema) to a dependency
get(`/${resource}/:year/:month`, { deps: { user, year } }, () => 1);
// @ts-expect-error add path("month", schema) to a dependency
get(flip ? "/a/:year" : "/b/:year/:month", { deps: { user, year } }, () => 1);
// @ts-expect-error add path("id", schema) to a dependency
get("/notes/:id", { public: "reason" }, () => 1);
// @ts-expect-error add path("team", schema) to a dependency
group({ prefix: "/teams/:team", deps: { user } }).get("/a", {}, () => 1);
// A parameter that the path lacks.
// @ts-expect-error add :id to the path: a dependency reads path("id")
get("/notes", { deps: { note: ownNote } }, () => 1);
// @ts-expect-error add :id to the path: a dependency reads path("id")
get("/notes/:noteId", { deps: { note: anyNote, noteId: path("noteId", z.uuid(), { identifies: nothing("a test") }) } }, () => 1);
// @ts-expect-error add :year to the path: a dependency reads path("year")
get("/reports", { deps: { user, span: depends({ year, bare }, ({ year }) => year) } }, () => 1);
// @ts-expect-error add :year to the path: a dependency reads path("year")
group({ prefix: "/reports", deps: { user, year } }).get("/a", {}, () => 1);

// Templates that mean different things to different routers.
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:id.json", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:id?", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/*", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("*", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:id(\\d+)", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:from-:to", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/v:year", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:/text", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:year:month", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:year/v:month/text", { deps: { user, year } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get(":year", { deps: { user, year } }, () => 1);
// @ts-expect-error write the path as /segments
get(`${resource}/:year`, { deps: { user, year } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/:id+", { deps: { user } }, () => 1);
// @ts-expect-error paths have no wildcards, suffixes, expressions or trailing slash
get("/notes/{id}", { deps: { user } }, () => 1);
// @ts-expect-error each parameter one of them (/notes/:id)
get("notes", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
get("/notes/", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
get("//notes", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
get("/notes?draft=1", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
get("/notes%2Fall", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
get(flip ? "/a" : "/b/*", { deps: { user } }, () => 1);
// @ts-expect-error write the path as /segments
group({ prefix: "/v1/", deps: { user } });
// @ts-expect-error write the path as /segments
group({ prefix: "v1", deps: { user } });
// @ts-expect-error write the path as /segments
group({ prefix: resource, deps: { user } }).get("a", {}, () => 1);
// @ts-expect-error check path("team") with owned(), permitted() or unowned()
group({ prefix: "/teams/:team", deps: { user, team } }).get("/a", {}, () => 1);
