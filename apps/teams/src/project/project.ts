/** Projects of an organisation, their tasks, and the comments on them. */
import { body, depends, nothing, owned, query } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { removing } from "../event/event.ts";
import { members } from "../organisation/organisation.ts";
import { columns, created, named, row, rows, table, text } from "../store/query.ts";

const name = text(100);
const wanted = body(named("ProjectText", { name }));
const Project = named("Project", { ...columns, name });
export const projects = table("projects", Project);

export const projectRoutes = ({ viewer, member, admin, project }: Access) => [
  viewer.get("/projects", { response: z.array(Project) }, ({ org, db }) => db(() => projects.list(org))),
  member.post("/projects", { deps: { wanted }, ...created(Project) }, ({ change, wanted }) =>
    change("project.created", (made) => projects.insert({ ...made, ...wanted })),
  ),
  viewer.get("/projects/:project", { deps: { project }, response: Project }, ({ project }) => project),
  member.patch("/projects/:project", { deps: { project, wanted }, response: Project }, ({ change, project, wanted }) =>
    change("project.changed", () => projects.update({ ...project, ...wanted })),
  ),
  admin.del("/projects/:project", { deps: { it: project }, status: 204 }, removing("project", projects)),
];

const [title, status] = [text(200), z.enum(["open", "done"])];
const Task = named("Task", { ...columns, projectId: z.uuid(), number: z.int(), title, status, assigneeId: z.uuid().nullable() });
const NewTask = named("NewTask", { title });
const TaskPage = named("TaskPage", { items: z.array(Task), next: z.int().nullable() });
const TaskChange = named("TaskChange", { title: title.optional(), status: status.optional() });
export const tasks = {
  ...table("tasks", Task, "project_id"),
  insert: row(Task)`
    INSERT INTO tasks (id, organisation_id, project_id, number, title, status, created_at)
    VALUES (:id, :organisationId, :projectId, (SELECT coalesce(max(number), 0) + 1 FROM tasks WHERE organisation_id = :organisationId),
      :title, 'open', :createdAt) RETURNING *`,
  search: rows(Task)`
    SELECT * FROM tasks
    WHERE project_id = :projectId AND number < :after AND lower(title) LIKE lower(:pattern) ESCAPE '!'
      AND status = coalesce(:status, status) AND assignee_id IS NOT DISTINCT FROM coalesce(:assignee, assignee_id)
    ORDER BY number DESC LIMIT :limit`,
};

const CommentText = named("CommentText", { text: text(10_000) });
const Comment = named("Comment", { ...columns, ...CommentText.shape, taskId: z.uuid(), authorId: z.string() });
export const comments = table("comments", Comment, "task_id");

/** The query of a list. The number of the last task that the client has is the cursor. */
const filter = {
  status: query("status", status.optional()),
  assignee: query("assignee", z.uuid().optional(), { identifies: nothing("a filter of the list of one project") }),
  search: query("search", text(100).optional()),
  after: query("after", z.int().default(Number.MAX_SAFE_INTEGER)),
  limit: query("limit", z.int().min(1).max(100).default(20)),
};

export const taskRoutes = (rules: Access) => {
  const { viewer, member, org, db, load, project, task, taskViewer, taskMember, comment, moderator } = rules;
  const inside = { prefix: "/projects/:project/tasks", deps: { project } } as const;
  const [read, write] = [viewer.group(inside), member.group(inside)];
  // An id in a body is checked as one in the path is.
  const id = depends({ choice: body(named("Assignee", { memberId: z.uuid() })) }, ({ choice }) => choice.memberId);
  const assignee = owned({ id, org, db }, load(members.find), (it) => it.organisationId, { owner: "org" });
  return [
    read.get("", { deps: filter, response: TaskPage }, async ({ db, project, search = "", status, assignee, after, limit }) => {
      const pattern = `%${search.replaceAll(/[%_!]/g, "!$&")}%`;
      const items = await db(() => tasks.search({ projectId: project.id, pattern, status, assignee, after, limit }));
      return { items, next: items[limit - 1]?.number ?? null };
    }),
    write.post("", { deps: { wanted: body(NewTask) }, ...created(Task) }, ({ change, project, wanted }) =>
      change("task.created", (made) => tasks.insert({ ...made, ...wanted, projectId: project.id })),
    ),
    taskViewer.get("", { response: Task }, ({ task }) => task),
    taskMember.patch("", { deps: { wanted: body(TaskChange) }, response: Task }, ({ change, task, wanted }) =>
      change("task.changed", () => tasks.update({ ...task, ...wanted })),
    ),
    taskMember.put("/assignee", { deps: { assignee }, response: Task }, ({ change, task, assignee }) =>
      change("task.assigned", () => tasks.update({ ...task, assigneeId: assignee.userId })),
    ),
    taskMember.del("", { deps: { it: task }, status: 204 }, removing("task", tasks)),
    taskViewer.get("/comments", { response: z.array(Comment) }, ({ db, task }) => db(() => comments.list(task))),
    taskMember.post("/comments", { deps: { wanted: body(CommentText) }, ...created(Comment) }, ({ change, org, task, wanted }) =>
      change("comment.created", (made) => comments.insert({ ...made, ...wanted, taskId: task.id, authorId: org.callerId })),
    ),
    // The author may remove a comment, and so may an administrator.
    taskMember.del("/comments/:comment", { deps: { it: comment, moderator }, status: 204 }, removing("comment", comments)),
  ];
};
