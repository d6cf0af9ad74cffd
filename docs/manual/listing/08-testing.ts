import { createApi, depends, get, resource, run } from "lockstep";
import { z } from "zod";
import { reader, role } from "./02-roles-and-scopes.ts";
import { notes } from "./setting.ts";

// #region api
export const clock = depends({}, () => Date.now());

export const store = resource(
  {},
  async function* () {
    yield { count: async () => notes.size }; // in a real application: a pool of connections
  },
  { lifetime: "app" },
);

export const report = depends({ store, clock }, async ({ store, clock }) => ({ notes: await store.count(), at: clock }));

const Report = z.object({ notes: z.int(), at: z.int() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    get("/report", { deps: { user: reader, report }, response: Report }, ({ report }) => report),
    get("/admin/report", { deps: { admin: role.require("admin"), report }, response: Report }, ({ report }) => report),
  ],
});
// #endregion

// #region job
export async function nightly(): Promise<string> {
  return run(report, {}, ({ notes, at }) => `${notes} notes at ${new Date(at).toISOString()}`);
}
// #endregion
