import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import { api, edit } from "./20-streams-and-sockets.ts";
import { notes, tokenOf } from "./setting.ts";

const server = fastifyServer(api);
const url = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.close());

const [alice, bob] = await Promise.all([tokenOf("alice"), tokenOf("bob")]);
const [noteId = ""] = [...notes.values()].filter(({ ownerId }) => ownerId === "alice").map(({ id }) => id);

/** Opens the stream of a note's edits, and returns a function that waits for the next event. */
async function events(token: string, lastEventId?: string) {
  const headers = { authorization: `Bearer ${token}`, ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }) };
  const response = await fetch(`${url}/notes/${noteId}/edits`, { headers });
  const reader = response.body?.getReader();
  const next = async (): Promise<string> => Buffer.from((await reader?.read())?.value ?? []).toString();
  return { status: response.status, next, cancel: () => reader?.cancel() };
}

/** Opens the editor of a note, and returns a function that says something and waits for the answer. */
async function editor(token: string) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/notes/${noteId}/editor`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const ended = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("refused")));
  });
  const say = async (message: unknown): Promise<unknown> => {
    socket.send(JSON.stringify(message));
    return new Promise((resolve) =>
      socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data))), { once: true }),
    );
  };
  return { socket, say, ended };
}

test("events come as they happen, and go on after the last one that a client got", async () => {
  edit(noteId, "one");
  // #region reading
  const first = await events(alice);
  assert.equal(await first.next(), 'id: 1\nevent: edit\ndata: {"number":1,"text":"one"}\n\n');
  edit(noteId, "two");
  assert.equal(await first.next(), 'id: 2\nevent: edit\ndata: {"number":2,"text":"two"}\n\n');

  const again = await events(alice, "1"); // the client lost its connection after event 1
  assert.equal(await again.next(), 'id: 2\nevent: edit\ndata: {"number":2,"text":"two"}\n\n');

  assert.equal((await events(bob)).status, 404); // not Bob's note
  // #endregion
  await first.cancel();
  await again.cancel();
});

test("the editor saves for the owner only, and refuses a message that does not fit", async () => {
  // #region talking
  const { say, socket, ended } = await editor(alice);
  assert.deepEqual(await say({ text: "three" }), { saved: 3 });
  socket.send('{"txt":"four"}');
  assert.equal(await ended, 4422); // 4000 and the status of an invalid input

  await assert.rejects(editor(bob)); // 404 before the handshake
  await assert.rejects(editor(await tokenOf("alice", "notes:read"))); // 403: a client may write by its messages
  // #endregion
});
