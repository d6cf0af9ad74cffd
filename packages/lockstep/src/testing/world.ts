/**
 * The data behind the suite's API: people, tokens and notes in a store that records every call, and a record of everything that
 * the API reports. Every secret contains the word `canary`, so a test can search an answer for it.
 */
import type { AuditEvent } from "../audit/event.ts";
import type { Observation, ObservedRequest } from "../route/observer.ts";
import type { AnswerEvent } from "../route/serving.ts";
import { deny } from "../outcome/deny.ts";
import { identified, type Identified } from "../outcome/identified.ts";
import { InvalidCredential, Unavailable } from "../problem/error.ts";

/** The word that every secret contains. */
export const canary = "canary";

/** A user of the suite's API. */
export interface Person {
  readonly id: string;
  readonly role: "user" | "admin";
  readonly isActive: boolean;
}

/** An object with an owner. */
export interface Note {
  readonly id: string;
  readonly ownerId: string;
  readonly text: string;
}

const people: ReadonlyMap<string, Person> = new Map(
  (
    [
      ["alice", "user", true],
      ["bob", "user", true],
      ["root", "admin", true],
      ["carol", "user", false],
    ] as const
  ).map(([id, role, isActive]) => [id, { id, role, isActive }]),
);

const notes: ReadonlyMap<string, Note> = new Map(
  [
    { id: "n1", ownerId: "alice", text: "Alice's" },
    { id: "n2", ownerId: "bob", text: "Bob's" },
  ].map((note) => [note.id, note]),
);

/** The ways in which a token can be wrong. Only the audit log says which it was. */
export const badTokens = ["expired", "revoked", "wrong-issuer", "unknown", "nobody", "denied"] as const;

/** Returns the token of a person, with all scopes by default. */
export function tokenOf(id: string, scope = "notes:read,notes:write"): string {
  return `${canary}.${id}.${scope.replaceAll(":", "_").replaceAll(",", "-")}`;
}

/** Returns the token of a person who signed in some time ago, with a password or with a passkey, which is stronger. */
export function signedInToken(id: string, { agoSeconds, acr }: { agoSeconds: number; acr: "pwd" | "phr" }): string {
  return `${tokenOf(id)}.${agoSeconds}.${acr}`;
}

/** Returns a token that is wrong in one way. */
export function badToken(way: (typeof badTokens)[number] | "outage" | "crash"): string {
  return `${canary}-${way}`;
}

/** The API key of the service. */
export const serviceKey: string = `${canary}-service-key`;

/** An error of the store that means something to clients. */
export class NoteTaken extends Error {
  override readonly name = "NoteTaken";
}

/** The store of the suite's API, and the record of what happened on it. */
export class World {
  /** Every call of the store and every step of a resource, in order. */
  readonly calls: string[] = [];
  readonly events: AuditEvent[] = [];
  readonly errors: unknown[] = [];
  /** One event for each answer, as soon as the host knows that it was sent. */
  readonly answers: AnswerEvent[] = [];
  /** How often each request began and was answered, as an observer sees it, by its id and in order. */
  readonly observed: Map<string, { begun: number; answered: number }> = new Map();
  /** What work after an answer waits for. */
  gate: Promise<void> = Promise.resolve();
  /** The routes of the handlers that ran, in order. */
  readonly handled: string[] = [];

  /** Follows a request, and counts. */
  begin({ requestId }: ObservedRequest): Observation {
    const counted = this.observed.get(requestId) ?? { begun: 0, answered: 0 };
    this.observed.set(requestId, counted);
    counted.begun += 1;
    return { answered: () => void (counted.answered += 1) };
  }

  /** Verifies a token. */
  verify(token: string): Identified<Person> | undefined {
    this.calls.push("verify");
    if (token === badToken("outage")) throw new Unavailable("the token store is away", { retryAfterSeconds: 7 });
    if (token === badToken("crash")) throw new TypeError(`SELECT ${canary} FROM tokens`);
    if (token === badToken("nobody")) return undefined;
    if (token === badToken("denied")) return deny("disabled");
    const [, id, scope, agoSeconds, acr] = token.split(".");
    const person = people.get(id ?? "");
    if (person === undefined || scope === undefined) throw new InvalidCredential(token.replace(`${canary}-`, "is "));
    const granted = { sub: person.id, scope: scope.replaceAll("-", " ").replaceAll("_", ":") };
    const signedIn = agoSeconds === undefined ? {} : { auth_time: Math.floor(Date.now() / 1000) - Number(agoSeconds), acr };
    return identified(person, { ...granted, ...signedIn });
  }

  findPerson(id: string): Person | undefined {
    this.calls.push(`find person ${id}`);
    return people.get(id);
  }

  findNote(id: string): Note | undefined {
    this.calls.push(`find note ${id}`);
    return notes.get(id);
  }
}
