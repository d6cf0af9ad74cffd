/** The API on a database of its own, with people, two organisations, and one object of each kind in both. */
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Api, identified, secret } from "lockstep";
import type { ApiClient, MailMessage, User } from "lockstep-identity";
import { serveFetch } from "lockstep/fetch";
import { pino } from "pino";
import { access, type Access, type Services } from "../src/access.ts";
import { teamsApi } from "../src/api.ts";
import { made } from "../src/event/event.ts";
import { webhooks } from "../src/event/webhook.ts";
import { openIdentity, type Auth } from "../src/identity.ts";
import { invitations } from "../src/organisation/invitation.ts";
import { members, organisations, staff } from "../src/organisation/organisation.ts";
import { attachments, pieces } from "../src/project/attachment.ts";
import { comments, projects, tasks } from "../src/project/project.ts";
import { readSettings } from "../src/settings.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { type DatabaseKind, type Ending, openTestDatabase, type TestDatabase } from "./database.fixture.ts";

export const password = "seventeen purple walruses";
/** The hash of that password: hashing it for everyone would take longer than the tests. */
const passwordHash = secret("$argon2id$v=19$m=19456,t=2,p=1$v5W8prSYLKFWa/Ze6hlemg$P3Uw5m7KZb4yddYjgWHKrjhT/HagvR89cmfa7F0eGE8");

/** The people of the tests: four with a role in Acme, support staff, and Eve, who owns another organisation with a friend. */
export const people = ["owner", "admin", "member", "viewer", "support", "eve", "friend"] as const;
export type Person = (typeof people)[number];
/** Everyone who calls. The keys belong to Acme. */
export type CallerName = Person | "key" | "readOnlyKey" | "anonymous";

/** One object of each kind in an organisation: the parameters of every path. */
export type Ids = Readonly<
  Record<"organisation" | "member" | "invitation" | "key" | "project" | "task" | "comment" | "attachment" | "webhook", string>
>;

/** A value of JSON, whose members a test reads by name. */
export interface Json {
  readonly [member: string]: Json;
}

/** An answer. The body is JSON if it says so, and text otherwise. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** What a request sends. */
export interface Ask {
  readonly json?: unknown;
  readonly body?: RequestInit["body"];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request. */
export type Send = (request: Request) => Promise<Response>;

/** The API with everything around it. */
export interface Teams {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly auth: Auth;
  readonly access: Access;
  readonly services: Services;
  readonly api: Api;
  readonly people: Readonly<Record<Person, string>>;
  readonly acme: Ids;
  readonly other: Ids;
  readonly mails: readonly MailMessage[];
  /** Serves the API, or one with other overrides, until the suite ends. */
  serve(api: Api): Send;
  /** The API as a caller with a credential reaches it, or as somebody without one. */
  as(caller: CallerName): Send;
  /** Begins a transaction that ends with the test, without a trace. */
  begin(test: Ending): Promise<Teams>;
}

/** The secret with which Stripe signs. */
export const stripeSecret = `whsec_${randomBytes(32).toString("base64")}`;
/** The variables that `npm run start:teams` sets. */
export const demoEnvironment = parseEnv(readFileSync(new URL("../demo.env", import.meta.url), "utf8"));

/** Starts the API, until the suite ends. */
export async function startTeams(ending: Ending, kind: DatabaseKind): Promise<Teams> {
  const database = await openTestDatabase(kind);
  const store = await openStore(database);
  const mails: MailMessage[] = [];
  const mail = { send: async (message: MailMessage) => void mails.push(message) };
  const settings = readSettings({ ...demoEnvironment, STRIPE_SECRET: stripeSecret });
  const auth = await openIdentity(settings, store, mail, () => {});
  const services = { settings, store, auth, mail, log: pino({ level: "error" }), audit: () => {} };
  const rules = access(services);
  const api = teamsApi(services, rules);
  const ids = await addPeople(auth);
  await store.system(() => staff.insert({ ...made(), id: ids.support }));
  const acme = await addOrganisation(store, auth, "Acme", {
    owner: ids.owner,
    admin: ids.admin,
    member: ids.member,
    viewer: ids.viewer,
  });
  const other = await addOrganisation(store, auth, "Other", { owner: ids.eve, member: ids.friend });
  const senders = new Map<CallerName, Send>();
  const apis = new Set([api]);
  ending.after(async () => {
    // Each API waits for the work that its requests left for after the answer.
    for (const each of apis) await each.close();
    await auth.close();
    await database.close();
  });
  const overridden = (caller: CallerName): Api => {
    if (caller === "anonymous") return api;
    const { principal, scope } = principalOf(caller, ids, acme);
    const about = { sub: principal.id, scope };
    const called = api.with([[rules.caller, identified(principal, about)]]);
    return principal.kind === "user" ? called.with([[auth.signedInUser, identified(principal, about)]]) : called;
  };
  const serve = (called: Api): Send => {
    apis.add(called);
    return serveFetch(called, { address: () => "127.0.0.1" });
  };
  const teams: Teams = {
    database,
    store,
    auth,
    access: rules,
    services,
    api,
    people: ids,
    acme,
    other,
    mails,
    serve,
    as: (caller) => {
      const known = senders.get(caller) ?? serve(overridden(caller));
      senders.set(caller, known);
      return known;
    },
    begin: async (test) => {
      await database.begin();
      test.after(() => database.rollBack());
      return teams;
    },
  };
  return teams;
}

/** Sends a request. The path may have the names of ids: `/organisations/:organisation`. */
export async function ask(send: Send, line: string, { json, body, headers }: Ask = {}): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const request = new Request(`http://teams.test${path}`, {
    method,
    headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    body: json === undefined ? (body ?? null) : JSON.stringify(json),
  });
  const answer = await send(request);
  const type = answer.headers.get("content-type") ?? "";
  // A stream of events does not end.
  if (type === "text/event-stream") await answer.body?.cancel();
  const text = answer.bodyUsed ? "" : await answer.text();
  return { status: answer.status, headers: answer.headers, body: /[/+]json\b/.test(type) ? JSON.parse(text) : text };
}

/** A form with a file. */
export function formOf(content: string | Uint8Array<ArrayBuffer>, name = "note.txt", type = "text/plain"): FormData {
  const form = new FormData();
  form.append("file", new Blob([content], { type }), name);
  return form;
}

/** Returns a member that is text. */
export function textOf(json: Json | undefined, member: string): string {
  const value: unknown = json?.[member];
  if (typeof value !== "string") throw new TypeError(`${member} is not text: ${JSON.stringify(json)}`);
  return value;
}

/** The status and the code of a problem. */
export const problemOf = ({ status, body }: Answer): [number, unknown] => [status, body["code"]];

async function addPeople({ accounts }: Auth): Promise<Record<Person, string>> {
  const added = people.map(async (name, index) => {
    const account = { id: randomUUID(), email: `${name}@example.com`, passwordHash, createdAt: Date.UTC(2026, 0, 1) + index };
    return [name, (await accounts.import(account)).id] as const;
  });
  // Each name has one id.
  return Object.fromEntries(await Promise.all(added)) as Record<Person, string>;
}

type Made = ReturnType<typeof made>;
type Eight = [Made, Made, Made, Made, Made, Made, Made, Made];

/** Adds an organisation with members by role, and one object of each kind. */
async function addOrganisation(
  store: Store,
  { apiKeys }: Auth,
  name: string,
  roles: Readonly<Record<"owner" | "member", string> & Partial<Record<Person, string>>>,
): Promise<Ids> {
  const [organisation, invitation, project, task, comment, attachment, webhook, member] = Array.from({ length: 8 }, made) as Eight;
  const inside = { organisationId: organisation.id, projectId: project.id, taskId: task.id, authorId: roles.member };
  await store.system(function* () {
    yield* organisations.insert({ ...organisation, name, plan: "free" });
    for (const [role, userId] of Object.entries(roles))
      yield* members.insert({ ...(role === "member" ? member : made()), ...inside, userId, role });
    const invited = { email: "new@example.com", role: "member", tokenHash: invitation.id, expiresAt: "2100-01-01T00:00:00.000Z" };
    yield* invitations.insert({ ...inside, ...invitation, ...invited });
    yield* projects.insert({ ...inside, ...project, name: "Website" });
    yield* tasks.insert({ ...inside, ...task, title: "Choose a colour" });
    yield* comments.insert({ ...inside, ...comment, text: "Blue" });
    const file = { ...inside, ...attachment, name: "blue.txt", type: "text/plain", size: 4 };
    yield* attachments.insert(file);
    yield* pieces.insert({ ...file, attachmentId: attachment.id, start: 0, bytes: Buffer.from("Blue") });
    // Nobody listens on this port, so a delivery fails at once.
    yield* webhooks.insert({ ...inside, ...webhook, url: "http://127.0.0.1:9/" });
  });
  const scopes = ["teams:read", "teams:write"] as const;
  const { apiKey } = await apiKeys.create(
    { owner: { external: `org:${organisation.id}` }, name: "CI", scopes, by: roles.owner },
    scopes,
  );
  return {
    organisation: organisation.id,
    member: member.id,
    invitation: invitation.id,
    key: apiKey.id,
    project: project.id,
    task: task.id,
    comment: comment.id,
    attachment: attachment.id,
    webhook: webhook.id,
  };
}

/** The principal that identity would have made of the credential, and the scopes of the credential. */
export function principalOf(
  caller: Exclude<CallerName, "anonymous">,
  ids: Readonly<Record<Person, string>>,
  acme: Ids,
): { readonly principal: User | Exclude<ApiClient, { kind: "service" }>; readonly scope: string } {
  if (caller === "key" || caller === "readOnlyKey") {
    const scopes = caller === "key" ? ["teams:read", "teams:write"] : ["teams:read"];
    const key = { kind: "external", id: `org:${acme.organisation}`, name: "CI", credential: "api_key", keyId: acme.key } as const;
    return { principal: { ...key, scopes }, scope: scopes.join(" ") };
  }
  const scopes = ["teams:read", "teams:write", "teams:admin"];
  const session = { credential: "token", sessionId: undefined, clientId: undefined, keyId: undefined } as const;
  return { principal: { kind: "user", id: ids[caller], scopes, authenticatedAt: Date.now(), ...session }, scope: scopes.join(" ") };
}
