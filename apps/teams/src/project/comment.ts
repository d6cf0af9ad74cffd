/** Comments on a task. Their author may remove them, and so may an administrator. */
import { body } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { columns, table } from "../store/query.ts";
import { text } from "../text.ts";

const CommentText = z.object({ text: text(10_000) }).meta({ id: "CommentText" });
const Comment = CommentText.extend({ ...columns, taskId: z.uuid(), authorId: z.string() }).meta({ id: "Comment" });
export const comments = table("comments", Comment, "task_id");

export const commentRoutes = ({ viewer, member, task, comment, moderator }: Access) => {
  const all = "/projects/:project/tasks/:task/comments";
  return [
    viewer.get(all, { deps: { task }, response: z.array(Comment) }, ({ db, task }) => db(() => comments.list(task))),
    member.post(all, { deps: { task, text: body(CommentText) }, response: Comment, status: 201 }, ({ change, org, task, text }) =>
      change("comment.created", (made) => comments.insert({ ...made, ...text, taskId: task.id, authorId: org.callerId })),
    ),
    member.del(
      `${all}/:comment`,
      { deps: { comment, moderator }, status: 204 },
      async ({ change, comment }) => void (await change("comment.removed", () => comments.remove(comment))),
    ),
  ];
};
