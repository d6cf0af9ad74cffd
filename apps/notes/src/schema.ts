/** The schemas of inputs and results, as the documentation shows them. Objects are strict in both directions. */
import { z } from "zod";

export const Message = z.object({ message: z.string() }).meta({ id: "Message" });

export const RoleName = z.enum(["user", "admin"]);

export const Profile = z
  .object({ id: z.uuid(), email: z.string().nullable(), role: RoleName, isActive: z.boolean() })
  .meta({ id: "Profile" });

export const UserChange = z.object({ isActive: z.boolean().optional(), role: RoleName.optional() }).meta({ id: "UserChange" });

export const Note = z
  .object({ id: z.uuid(), text: z.string(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() })
  .meta({ id: "Note" });

/** Not every database can store U+0000. */
const text = z
  .string()
  .min(1)
  .max(10_000)
  .regex(/^[^\0]*$/, "contains U+0000")
  // Without an example, the documentation would make one up from the pattern.
  .meta({ examples: ["Buy milk"] });
export const NoteText = z.object({ text }).meta({ id: "NoteText" });

const page = { limit: z.int(), offset: z.int() };
export const NoteList = z.object({ items: z.array(Note), ...page }).meta({ id: "NoteList" });
export const UserList = z.object({ items: z.array(Profile), ...page }).meta({ id: "UserList" });

export const Data = z.object({ data: z.string() }).meta({ id: "Data" });
export const Feed = z.object({ via: z.enum(["user", "client"]), name: z.string() }).meta({ id: "Feed" });
