import { DatabaseSync } from "node:sqlite";
import { createApi, depends, get, nothing, query } from "lockstep";
import { z } from "zod";
import { reader } from "./02-roles-and-scopes.ts";

export const db = new DatabaseSync(":memory:");
db.exec(`CREATE TABLE notes (
  id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, project_id TEXT, status TEXT NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL)`);

// #region inputs
const filter = depends(
  {
    status: query("status", z.enum(["open", "done"]).optional()),
    search: query("search", z.string().min(2).max(100).optional()),
    projectId: query("projectId", z.uuid().optional(), { identifies: nothing("narrows the caller's own list") }),
  },
  ({ status, search, projectId }) => ({ status: status ?? null, search: search ?? null, project: projectId ?? null }),
);

const position = query(
  "cursor",
  z
    .string()
    .regex(/^\d{1,15}_[\da-f-]{36}$/)
    .optional(),
  {
    identifies: nothing("a position in the caller's own list"),
  },
);
const page = depends(
  {
    position,
    sort: query("sort", z.enum(["newest", "oldest"]).default("newest")),
    limit: query("limit", z.int().min(1).max(100).default(20)),
  },
  ({ position, sort, limit }) => {
    const [at = null, id = null] = position?.split("_") ?? [];
    return { sort, limit, at: at === null ? null : Number(at), id };
  },
);
// #endregion

const Note = z.object({ id: z.uuid(), text: z.string(), status: z.enum(["open", "done"]), createdAt: z.int() });

// #region own
const orders = {
  newest: { by: "created_at DESC, id DESC", after: "(created_at, id) < (:at, :id)" },
  oldest: { by: "created_at, id", after: "(created_at, id) > (:at, :id)" },
};
const matches = `owner_id = :owner
  AND (:status IS NULL OR status = :status)
  AND (:project IS NULL OR project_id = :project)
  AND (:search IS NULL OR instr(lower(text), lower(:search)) > 0)`;

interface Page {
  readonly sort: keyof typeof orders;
  readonly at: number | null;
  readonly id: string | null;
  readonly limit: number;
}

/** The caller's own notes that match the filter. A handler has no other way to the table. */
const ownNotes = depends({ user: reader, filter }, ({ user, filter }) => {
  const given = { owner: user.id, ...filter };
  return {
    list({ sort, at, id, limit }: Page) {
      const { by, after } = orders[sort];
      const statement = `SELECT id, text, status, created_at AS createdAt FROM notes
        WHERE ${matches} AND (:at IS NULL OR ${after}) ORDER BY ${by} LIMIT :limit`;
      return z.array(Note).parse(db.prepare(statement).all({ ...given, at, id, limit }));
    },
    count: () => Number(db.prepare(`SELECT count(*) AS total FROM notes WHERE ${matches}`).get(given)?.["total"]),
  };
});
// #endregion

// #region route
const Notes = z.object({ items: z.array(Note), next: z.string().nullable(), total: z.int() });

const listNotes = get("/notes", { deps: { ownNotes, page }, response: Notes }, ({ ownNotes, page }) => {
  const { limit } = page;
  const found = ownNotes.list({ ...page, limit: limit + 1 }); // one more, to see whether there is a next page
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const next = found.length > limit && last !== undefined ? `${last.createdAt}_${last.id}` : null;
  return { items, next, total: ownNotes.count() };
});
// #endregion

export const api = createApi({ title: "Notes", version: "1.0.0", routes: [listNotes] });
