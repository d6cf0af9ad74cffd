/** Tasks of a project, and the comments on them. */
import { body, depends, nothing, owned, query } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { removing } from "../event/event.ts";
import { members } from "../organisation/member.ts";
import { columns, created, named, row, rows, table, text } from "../store/query.ts";

const [title, status] = [text(200), z.enum(["open", "done"])];
const Task = named("Task", { ...columns, projectId: z.uuid(), number: z.int(), title, status, assigneeId: z.uuid().nullable() });
const TaskPage = named("TaskPage", { items: z.array(Task), next: z.int().nullable() });
const TaskChange = named("TaskChange", { title: title.optional(), status: status.optional() });

export const tasks = {
  ...table("tasks", Task, "project_id"),
  insert: row(Task)`
    INSERT INTO tasks (id, organisation_id, project_id, number, title, status, created_at)
    SELECT CAST(:id AS TEXT), CAST(:organisationId AS TEXT), CAST(:projectId AS TEXT), coalesce(max(number), 0) + 1,
      CAST(:title AS TEXT), 'open', CAST(:createdAt AS TEXT)
    FROM tasks WHERE organisation_id = :organisationId RETURNING *`,
  search: rows(Task)`
    SELECT * FROM tasks
    WHERE project_id = :projectId AND number < :after AND lower(title) LIKE lower(:pattern) ESCAPE '!'
      AND (CAST(:status AS TEXT) IS NULL OR status = :status)
      AND (CAST(:assignee AS TEXT) IS NULL OR assignee_id = :assignee)
    ORDER BY number DESC LIMIT :limit`,
};

const CommentText = named("CommentText", { text: text(10_000) });
const Comment = named("Comment", { ...columns, ...CommentText.shape, taskId: z.uuid(), authorId: z.string() });
export const comments = table("comments", Comment, "task_id");

/** What a list may ask for. The number of the last task that the client has is the cursor. */
const filter = depends(
  {
    status: query("status", status.optional()),
    assignee: query("assignee", z.uuid().optional(), { identifies: nothing("a filter of the list of one project") }),
    search: query("search", text(100).optional()),
    after: query("after", z.int().default(Number.MAX_SAFE_INTEGER)),
    limit: query("limit", z.int().min(1).max(100).default(20)),
  },
  ({ search = "", ...filter }) => ({ ...filter, pattern: `%${search.replaceAll(/[%_!]/g, "!$&")}%` }),
);
const page = (limit: number, items: z.infer<typeof Task>[]) => ({ items, next: items[limit - 1]?.number ?? null });

export const taskRoutes = ({ viewer, member, org, db, project, task, comment, moderator }: Access) => {
  const inside = { prefix: "/projects/:project/tasks", deps: { project } } as const;
  const [read, write] = [viewer.group(inside), member.group(inside)];
  // An id in a body is checked as one in the path is.
  const assignee = owned(
    { choice: body(z.object({ memberId: z.uuid() })), org, db },
    ({ choice, db }) => db(() => members.find({ id: choice.memberId })),
    (member) => member.organisationId,
    { owner: "org" },
  );
  return [
    read.get("", { deps: { filter }, response: TaskPage }, async ({ db, project, filter }) =>
      page(filter.limit, await db(() => tasks.search({ ...filter, projectId: project.id }))),
    ),
    write.post("", { deps: { wanted: body(z.object({ title })) }, ...created(Task) }, ({ change, project, wanted }) =>
      change("task.created", (made) => tasks.insert({ ...made, ...wanted, projectId: project.id })),
    ),
    read.get("/:task", { deps: { task }, response: Task }, ({ task }) => task),
    write.patch("/:task", { deps: { task, wanted: body(TaskChange) }, response: Task }, ({ change, task, wanted }) =>
      change("task.changed", () => tasks.update({ ...task, ...wanted })),
    ),
    write.put("/:task/assignee", { deps: { task, assignee }, response: Task }, ({ change, task, assignee }) =>
      change("task.assigned", () => tasks.update({ ...task, assigneeId: assignee.userId })),
    ),
    write.del("/:task", { deps: { it: task }, status: 204 }, removing("task.removed", tasks.remove)),
    read.get("/:task/comments", { deps: { task }, response: z.array(Comment) }, ({ db, task }) => db(() => comments.list(task))),
    write.post(
      "/:task/comments",
      { deps: { task, wanted: body(CommentText) }, ...created(Comment) },
      ({ change, org, task, wanted }) =>
        change("comment.created", (made) => comments.insert({ ...made, ...wanted, taskId: task.id, authorId: org.callerId })),
    ),
    // The author may remove a comment, and so may an administrator.
    write.del(
      "/:task/comments/:comment",
      { deps: { it: comment, moderator }, status: 204 },
      removing("comment.removed", comments.remove),
    ),
  ];
};
