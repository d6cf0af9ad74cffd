import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import { scopes } from "../access/scopes.ts";
import { createApi } from "../api/api.ts";
import { depends } from "../dependency/depends.ts";
import { serveFetch } from "../host/fetch/index.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { identified } from "../outcome/identified.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { group } from "./group.ts";
import { messages } from "./messages.ts";
import { get, type Route } from "./route.ts";
import { websocket } from "./websocket.ts";

const Said = z.object({ text: z.string() }).meta({ id: "Said" });
const Heard = z.object({ from: z.string(), text: z.string() }).meta({ id: "Heard" });
const chat = messages({ receives: Said, sends: Heard });
const open = { public: "a test" } as const;
const token = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { "chat:write": "Write" } });
const user = authenticate({ token }, () => identified({ id: "u1" }, { sub: "u1", scope: "chat:write" }));

const apiOf = (...routes: readonly Route[]) =>
  createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [...routes] });
/** A route that the compiler has not seen, as from JavaScript. */
const unseen = (spec: object, template = "/chat"): Route =>
  Reflect.apply(websocket, undefined, [template, { ...open, ...spec }, () => {}]) as Route;

describe("websocket() does not start", () => {
  const wrong: readonly [string, () => Route[], string, RegExp][] = [
    ["without messages", () => [unseen({ deps: {} })], "wrong_input", /list one messages\(\)/],
    ["with two", () => [unseen({ deps: { chat, other: messages({ sends: Said }) } })], "wrong_input", /list one messages\(\)/],
    [
      "with messages that another dependency has",
      () => [unseen({ deps: { chat, first: depends({ chat }, ({ chat }) => chat) } })],
      "wrong_input",
      /take messages\(\) out of the other dependencies/,
    ],
    [
      "with messages that only another dependency has",
      () => [unseen({ deps: { first: depends({ chat }, ({ chat }) => chat) } })],
      "wrong_input",
      /among the dependencies of the route itself/,
    ],
    [
      "with messages of a group",
      () => [Reflect.apply(group({ ...open, deps: { chat } }).websocket, undefined, ["/a", { deps: {} }, () => {}])],
      "wrong_input",
      /among the dependencies of the route itself/,
    ],
    [
      "unprotected",
      () => [Reflect.apply(websocket, undefined, ["/chat", { deps: { chat } }, () => {}])],
      "unprotected_route",
      /this route is unprotected/,
    ],
    [
      "without a scope, if its credential may be limited to scopes",
      () => [Reflect.apply(websocket, undefined, ["/chat", { deps: { chat, user } }, () => {}])],
      "scopes_unasked",
      /this route changes something/,
    ],
    [
      "with an id in a message that nobody answers for",
      () => [unseen({ deps: { chat: messages({ receives: z.object({ noteId: z.string() }) }) } })],
      "unchecked_object",
      /take "noteId" of messages\(\) from the path: no guard can check/,
    ],
    ["with protocols that are not names", () => [unseen({ deps: { chat }, protocols: ["a b"] })], "wrong_option", /protocols/],
    ["with a response", () => [unseen({ deps: { chat }, response: Said })], "wrong_option", /"response"/],
    [
      "beside a GET of the same path",
      () => [unseen({ deps: { chat } }), get("/chat", open, () => "x")],
      "duplicate_route",
      /they answer the same requests/,
    ],
  ];
  for (const [name, routes, code, message] of wrong) test(name, () => assert.throws(() => apiOf(...routes()), { code, message }));
});

test("messages() in another route does not start", () => {
  const route = Reflect.apply(get, undefined, ["/a", { ...open, deps: { chat } }, () => "x"]) as Route;
  assert.throws(() => apiOf(route), { code: "wrong_input", message: /declare the route with websocket\(\)/ });
});

test("messages() refuses limits and schemas that cannot be", () => {
  assert.throws(() => messages({ maxMessageBytes: 0 }), { code: "wrong_option" });
  assert.throws(() => messages({ receives: {} as never }), { code: "wrong_schema" });
  assert.throws(() => messages({ receives: Said, identifies: { other: nothing("a test") } as never }), {
    code: "wrong_input",
    message: /correct "other" in identifies/,
  });
});

test("a group declares one, with its prefix and its guard", () => {
  const room = owned(
    { room: path("room", z.string()), user },
    () => ({ ownerId: "u1" }),
    ({ ownerId }) => ownerId,
  );
  const rooms = group({ prefix: "/rooms/:room", deps: { room, writer: scopes(user, "chat:write") } });
  const api = apiOf(
    rooms.websocket("/chat", { deps: { chat } }, async ({ room, chat }) => chat.send({ from: room.ownerId, text: "" })),
  );
  assert.deepEqual(api.routes, [{ method: "GET", template: "/rooms/:room/chat" }]);
});

test("a host that cannot open it refuses the API; api.fetch, for tests of the other routes, answers 426", async () => {
  const bearer = authenticate({ token: httpBearer() }, () => ({ id: "u1" }));
  const api = apiOf(
    websocket("/chat", { deps: { chat, bearer } }, () => {}),
    get("/other", open, () => "Ok"),
  );
  assert.throws(() => serveFetch(api), { code: "websocket_unsupported", message: /^GET \/chat: / });
  assert.equal((await api.fetch(new Request("http://x/other"))).status, 200);
  const answer = await api.fetch(new Request("http://x/chat"));
  assert.deepEqual([answer.status, answer.headers.get("upgrade")], [426, "websocket"]);
  assert.match(await answer.text(), /"upgrade_required"/);
});

test("it is documented: its guards, its handshake and its messages", async () => {
  const api = apiOf(
    websocket("/chat", { deps: { chat, user: scopes(user, "chat:write") }, summary: "Chat" }, () => {}),
    websocket("/ticks", { ...open, deps: { ticks: messages({ sends: z.number() }) } }, () => {}),
  );
  const document = api.openapi();
  assert.deepEqual((await new Validator().validate(structuredClone(document) as never)).errors, undefined);
  const { get: operation } = document.paths["/chat"] ?? {};
  assert.deepEqual(Object.keys(operation?.responses ?? {}), ["101", "400", "401", "403", "426"]);
  assert.deepEqual(operation?.security, [{ OAuth2PasswordBearer: ["chat:write"] }]);
  assert.equal(operation?.parameters, undefined);
  assert.equal(operation?.requestBody, undefined);
  assert.deepEqual(operation?.["x-lockstep-messages"], {
    receives: { $ref: "#/components/schemas/Said" },
    sends: { $ref: "#/components/schemas/Heard" },
  });
  assert.deepEqual(document.paths["/ticks"]?.get?.["x-lockstep-messages"], { sends: { type: "number" } });
});

test("a reason why a message identifies nothing is documented", () => {
  const moves = messages({ receives: z.object({ noteId: z.string() }), identifies: { noteId: nothing("the handler checks it") } });
  const { get: operation } = apiOf(unseen({ deps: { moves } })).openapi().paths["/chat"] ?? {};
  assert.deepEqual(operation?.["x-lockstep-identifies-nothing"], { "messages.noteId": "the handler checks it" });
});
