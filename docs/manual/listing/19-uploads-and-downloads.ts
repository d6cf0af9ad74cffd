import { createHmac, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { bodyStream, createApi, csv, file, get, nothing, owned, path, post, put, redirect } from "lockstep";
import { multipart } from "lockstep/multipart";
import { z } from "zod";
import { reader, writer } from "./02-roles-and-scopes.ts";
import { notes } from "./setting.ts";

export const folder = await mkdtemp(join(tmpdir(), "pictures-"));
const signingKey = randomBytes(32);

// #region upload
const mediaTypes = ["image/png", "image/jpeg"] as const;

const upload = multipart({
  fields: z.object({ noteId: z.uuid(), title: z.string().max(200) }),
  files: { picture: { mediaTypes, maxBytes: 1_000_000 } },
});
const noteOfUpload = owned(
  { upload, user: writer },
  ({ upload }) => notes.get(upload.fields.noteId),
  (note) => note.ownerId,
);
// #endregion

const Picture = z.object({ id: z.uuid(), ownerId: z.string(), name: z.string(), type: z.enum(mediaTypes), size: z.int() });
const pictures = new Map<string, z.infer<typeof Picture>>();

// #region store
async function store(pieces: AsyncIterable<Uint8Array>): Promise<{ readonly id: string; readonly size: number }> {
  const id = crypto.randomUUID(); // never the name that the client sent
  const stored = createWriteStream(join(folder, id), { flags: "wx" });
  try {
    await pipeline(pieces, stored);
  } catch (error) {
    await rm(join(folder, id), { force: true });
    throw error; // Lockstep answers: 413 if the file is too large
  }
  return { id, size: stored.bytesWritten };
}
// #endregion

// #region upload-route
const uploadPicture = post(
  "/pictures",
  { deps: { note: noteOfUpload, upload }, status: 201, response: z.array(Picture) },
  async ({ note, upload }) => {
    const added: z.infer<typeof Picture>[] = [];
    for await (const sent of upload.files) {
      const type = z.enum(mediaTypes).parse(sent.type);
      added.push({ ...(await store(sent.stream)), ownerId: note.ownerId, name: sent.name ?? upload.fields.title, type });
    }
    for (const picture of added) pictures.set(picture.id, picture);
    return added;
  },
);
// #endregion

// #region stream
const recording = bodyStream({
  mediaTypes: ["audio/ogg"],
  maxBytes: 200_000_000,
  identifies: nothing("a recording of the caller"),
});

const record = put("/me/recording", { deps: { user: writer, recording }, status: 200 }, async ({ recording }) => {
  const { size } = await store(recording);
  return size;
});
// #endregion

// #region download
const ownPicture = owned(
  { id: path("id", z.uuid()), user: reader },
  ({ id }) => pictures.get(id),
  (picture) => picture.ownerId,
);

const downloadPicture = get("/pictures/:id", { deps: { picture: ownPicture }, response: file(mediaTypes) }, ({ picture }) => ({
  type: picture.type,
  size: picture.size,
  name: picture.name,
  etag: picture.id, // the bytes of an id never change
  disposition: "attachment",
  open: (range) => createReadStream(join(folder, picture.id), range), // { start, end }, both included
}));
// #endregion

// #region csv
const exportNotes = get(
  "/notes.csv",
  { deps: { user: reader }, response: csv(["id", { name: "text", title: "Text" }]) },
  ({ user }) => [...notes.values()].filter((note) => note.ownerId === user.id),
);
// #endregion

// #region signed
const storage = "https://files.example";

function signedUrl(key: string, expiresAt = Math.floor(Date.now() / 1000) + 60): string {
  const signature = createHmac("sha256", signingKey).update(`${key}\n${expiresAt}`).digest("base64url");
  return `${storage}/${key}?expires=${expiresAt}&signature=${signature}`; // your storage's library writes it
}

const original = get("/pictures/:id/original", { deps: { picture: ownPicture }, status: 303 }, ({ picture }) =>
  redirect(signedUrl(picture.id), { origins: [storage] }),
);
// #endregion

export const api = createApi({
  title: "Pictures",
  version: "1.0.0",
  routes: [uploadPicture, record, downloadPicture, original, exportNotes],
});
