// fails: start-up wrong_input — take messages() out of the other dependencies
/**
 * A sign-in by the first message. Browsers cannot send a header with a WebSocket, so the token comes as a message, and the
 * connection is open before anybody is known. Use a session cookie.
 */
import { z } from "zod";
import { createApi, depends, messages, websocket } from "lockstep";

const chat = messages({ receives: z.object({ text: z.string() }) });
const signedIn = depends({ chat }, async ({ chat }) => (await chat.receive())?.text === "a token");

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    websocket("/support", { public: "the first message signs in", deps: { chat, signedIn } }, async ({ chat, signedIn }) => {
      if (signedIn) for await (const { text } of chat) console.log(text);
    }),
  ],
});
