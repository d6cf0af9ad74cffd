/** Tasks of a project. */
import { body, depends, notFound, nothing, owned, query } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { changed } from "../event/event.ts";
import { members } from "../organisation/member.ts";
import { columns, row, rows, table } from "../store/query.ts";
import { text } from "../text.ts";

const Status = z.enum(["open", "done"]);
const Task = z
  .object({ ...columns, projectId: z.uuid(), number: z.int(), title: z.string(), status: Status, assigneeId: z.uuid().nullable() })
  .meta({ id: "Task" });
const TaskPage = z.object({ items: z.array(Task), next: z.int().nullable() }).meta({ id: "TaskPage" });
const TaskText = z.object({ title: text(200) });
const TaskChange = TaskText.extend({ status: Status }).partial().meta({ id: "TaskChange" });

export const tasks = {
  ...table("tasks", Task, "project_id"),
  insert: row(
    Task,
    `INSERT INTO tasks (id, organisation_id, project_id, number, title, status, created_at)
     SELECT CAST(:id AS TEXT), CAST(:organisationId AS TEXT), CAST(:projectId AS TEXT), coalesce(max(number), 0) + 1,
       CAST(:title AS TEXT), 'open', CAST(:createdAt AS TEXT)
     FROM tasks WHERE organisation_id = :organisationId RETURNING *`,
  ),
  search: rows(
    Task,
    `SELECT * FROM tasks
     WHERE organisation_id = :organisationId AND number < :after AND lower(title) LIKE lower(:pattern) ESCAPE '!'
       AND (CAST(:projectId AS TEXT) IS NULL OR project_id = :projectId)
       AND (CAST(:status AS TEXT) IS NULL OR status = :status)
       AND (CAST(:assignee AS TEXT) IS NULL OR assignee_id = :assignee)
     ORDER BY number DESC LIMIT :limit`,
  ),
};

/** What a list may ask for. The number of the last task that the client has is the cursor. */
const filter = depends(
  {
    status: query("status", Status.optional()),
    assignee: query("assignee", z.uuid().optional(), { identifies: nothing("a filter of the list of one organisation") }),
    search: query("search", text(100).optional()),
    after: query("after", z.int().default(Number.MAX_SAFE_INTEGER)),
    limit: query("limit", z.int().min(1).max(100).default(20)),
  },
  ({ search = "", ...filter }) => ({ ...filter, pattern: `%${search.replaceAll(/[%_!]/g, "!$&")}%` }),
);

export const taskRoutes = ({ viewer, member, org, db, project, task }: Access) => {
  const inside = { prefix: "/projects/:project/tasks", tags: ["Tasks"], deps: { project } } as const;
  const [read, write] = [viewer.group(inside), member.group(inside)];
  // Ids in a body are checked as those in the path are.
  const assignee = owned(
    { choice: body(z.object({ memberId: z.uuid() })), org, db },
    ({ choice, org, db }) => db(() => members.find({ organisationId: org.id, id: choice.memberId })),
    (member) => member.organisationId,
    { owner: "org" },
  );
  const chosen = owned(
    { choice: body(z.object({ taskIds: z.array(z.uuid()).min(1).max(100) })), project, db },
    async ({ choice, db }) => {
      const found = await Promise.all(choice.taskIds.map((id) => db(() => tasks.find({ id }))));
      return found.map((task) => task ?? notFound());
    },
    (found) => found.map((task) => task.projectId),
    { owner: "project" },
  );
  return [
    viewer.get("/tasks", { deps: { filter }, response: TaskPage }, async ({ org, db, filter }) =>
      page(filter.limit, await db(() => tasks.search({ ...filter, organisationId: org.id }))),
    ),
    read.get("", { deps: { filter }, response: TaskPage }, async ({ org, db, project, filter }) =>
      page(filter.limit, await db(() => tasks.search({ ...filter, organisationId: org.id, projectId: project.id }))),
    ),
    write.post("", { deps: { text: body(TaskText) }, response: Task, status: 201 }, ({ change, project, text }) =>
      change("task.created", (made) => tasks.insert({ ...made, ...text, projectId: project.id })),
    ),
    read.get("/:task", { deps: { task }, response: Task }, ({ task }) => task),
    write.patch("/:task", { deps: { task, wanted: body(TaskChange) }, response: Task }, ({ change, task, wanted }) =>
      change("task.changed", () => tasks.update({ ...task, ...wanted })),
    ),
    write.put("/:task/assignee", { deps: { task, assignee }, response: Task }, ({ change, task, assignee }) =>
      change("task.assigned", () => tasks.update({ ...task, assigneeId: assignee.id })),
    ),
    write.post("/close", { deps: { chosen }, status: 204 }, ({ org, db, chosen }) =>
      db(function* () {
        for (const task of chosen) yield* changed(org, "task.changed", tasks.update({ ...task, status: "done" }));
      }),
    ),
    write.del(
      "/:task",
      { deps: { task }, status: 204 },
      async ({ change, task }) => void (await change("task.removed", () => tasks.remove(task))),
    ),
  ];
};

const page = (limit: number, items: z.infer<typeof Task>[]) => ({ items, next: items[limit - 1]?.number ?? null });
