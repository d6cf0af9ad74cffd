// fails: compile — add an authenticated dependency or { public: "reason" }: this route is unprotected
/**
 * A WebSocket that nobody guards. The page asks for a sign-in before it connects, and the server does not. In Lockstep, a socket
 * has the same rules as every other route.
 */
import { z } from "zod";
import { messages, websocket } from "lockstep";

const chat = messages({ receives: z.object({ text: z.string() }), sends: z.object({ text: z.string() }) });

export const route = websocket("/support", { deps: { chat } }, async ({ chat }) => {
  for await (const { text } of chat) await chat.send({ text });
});
