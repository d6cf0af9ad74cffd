/** WebSocket routes: the same guards as every route that changes something, and typed messages. */
import { z } from "zod";
import { group, messages, nothing, unchecked, websocket } from "lockstep";
import { type Equal, holds } from "./assert.ts";
import { activeUser, ownNote, writer } from "./example.ts";

const Said = z.object({ text: z.string() });
const chat = messages({ receives: Said, sends: z.union([Said, z.object({ left: z.string() })]) });
const deps = { user: writer, chat };

websocket("/chat", { deps }, async ({ chat, user }) => {
  for await (const said of chat) {
    holds<Equal<typeof said, { text: string }>>();
    await chat.send({ text: `${user.email}: ${said.text}` });
  }
  await chat.send({ left: user.id });
  // @ts-expect-error 'right' does not exist
  await chat.send({ right: user.id });
});
websocket("/notes/:id/chat", { deps: { ...deps, note: ownNote }, protocols: ["chat.v1"] }, () => {});
group({ prefix: "/notes/:id", deps: { note: ownNote } }).websocket("/chat", { deps }, ({ note, chat }) =>
  chat.send({ text: note.text }),
);
websocket("/ticks", { public: "a clock", deps: { ticks: messages({ sends: z.number() }) } }, async ({ ticks }) => ticks.send(1));
// @ts-expect-error is not assignable
websocket("/ticks", { public: "a clock", deps: { ticks: messages({ sends: z.number() }) } }, async ({ ticks }) => ticks.send("1"));
// @ts-expect-error is not assignable
websocket("/ticks", { public: "a clock", deps: { mute: messages({}) } }, async ({ mute }) => mute.send({}));

// @ts-expect-error this route is unprotected
websocket("/chat", { deps: { chat } }, () => {});
// @ts-expect-error this route changes something
websocket("/chat", { deps: { user: activeUser, chat } }, () => {});
// @ts-expect-error a route cannot have both
websocket("/chat", { public: "a test", deps }, () => {});
// @ts-expect-error add path("room", schema) to a dependency
websocket("/rooms/:room", { deps }, () => {});

// The ids of a message come after all guards.
const receives = z.object({ noteId: z.string(), text: z.string() });
// @ts-expect-error take "noteId" of messages() from the path
websocket("/chat", { deps: { user: writer, moves: messages({ receives }) } }, () => {});
const said = messages({ receives, identifies: { noteId: nothing("the handler checks it with ownNote") } });
websocket("/chat", { deps: { user: writer, said } }, () => {});

// A message that may hold everything says why.
websocket("/chat", { deps: { user: writer, open: messages({ sends: unchecked("a test") }) } }, ({ user, open }) => open.send(user));
// A text that is a moment in JSON takes a `Date`, as in a response.
const dated = messages({ sends: z.object({ at: z.iso.datetime() }) });
websocket("/chat", { deps: { user: writer, dated } }, ({ dated }) => dated.send({ at: new Date() }));
