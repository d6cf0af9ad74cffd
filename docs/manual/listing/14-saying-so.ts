import { allow, anyScope, authorize, createApi, del, deny, get, nothing, owned, path, query, unchecked, unowned } from "lockstep";
import { z } from "zod";
import { currentUser, role } from "./02-roles-and-scopes.ts";
import { notes, teams } from "./setting.ts";

const plans = new Map([["alice", { isPaid: true, maxNotes: 100 }]]);
const posts = new Map([["welcome", { title: "Welcome" }]]);
const colours = new Map([["navy", { hex: "#000080" }]]);

// #region allow
const paidPlan = authorize({ user: currentUser }, ({ user }) => {
  const plan = plans.get(user.id);
  return plan?.isPaid === true ? allow(plan) : deny("no paid plan");
});
// #endregion

// #region nothing
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
const after = query("afterId", z.uuid().optional(), { identifies: nothing("a position in the caller's own list") });
// #endregion

// #region unowned
const publicPost = unowned("published posts are for everyone", { slug: path("slug", z.string()) }, ({ slug }) => posts.get(slug));
// #endregion

// #region apart
const ownTeam = owned(
  { id: path("team", z.string()), user: currentUser },
  ({ id }) => teams.get(id),
  (team, { user }) => team.members.includes(user.id),
);
const colour = unowned("every user may pick a colour", { name: path("colour", z.string()) }, ({ name }) => colours.get(name), {
  apart: "colours belong to no team",
});
// #endregion

const Post = z.object({ title: z.string() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    // #region allow-route
    get("/me/limit", { deps: { plan: paidPlan } }, ({ plan }) => plan.maxNotes),
    // #endregion
    // #region nothing-routes
    get("/reports/:year", { deps: { user: currentUser, year } }, ({ year }) => `report of ${year}`),
    get("/notes", { deps: { user: currentUser, after }, response: z.array(z.string()) }, ({ user, after }) =>
      idsOf(user.id, after),
    ),
    // #endregion
    // #region anyScope-route
    del("/me/sessions", { deps: { user: anyScope(currentUser, "anyone may sign out") } }, () => undefined),
    // #endregion
    // #region unchecked-route
    get("/admin/notes", { deps: { admin: role.require("admin") }, response: unchecked("administrators export whole rows") }, () => [
      ...notes.values(),
    ]),
    // #endregion
    // #region public-route
    get("/posts/:slug", { public: "the blog", deps: { post: publicPost }, response: Post }, ({ post }) => post),
    // #endregion
    // #region apart-route
    get("/teams/:team/colours/:colour", { deps: { team: ownTeam, colour } }, ({ team, colour }) => `${team.id}: ${colour.hex}`),
    // #endregion
  ],
});

function idsOf(owner: string, after: string | undefined): string[] {
  const ids = [...notes.values()].filter((note) => note.ownerId === owner).map((note) => note.id);
  return ids.slice(after === undefined ? 0 : ids.indexOf(after) + 1);
}
