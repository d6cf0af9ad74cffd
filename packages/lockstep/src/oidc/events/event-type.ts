/** The security events that are understood, and which of them end credentials: CAEP 1.0, RISC 1.0 and SSF 1.0. */
import type { JsonObject } from "../../json/strict-json.ts";
import type { ProviderEventType } from "./provider-event.ts";

/** A type of event. */
export interface EventType {
  readonly type: ProviderEventType;
  /** Whether the credentials of its subject end. */
  readonly revokes: (payload: JsonObject) => boolean;
  /** The thing that an `opaque` identifier names, if nothing is beside it. */
  readonly opaque: "session" | "subject" | "nobody";
}

const caep = "https://schemas.openid.net/secevent/caep/event-type/";
const risc = "https://schemas.openid.net/secevent/risc/event-type/";
const ssf = "https://schemas.openid.net/secevent/ssf/event-type/";
const always = (): boolean => true;
const never = (): boolean => false;

const types: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  [`${caep}session-revoked`, { type: "session-revoked", revokes: always, opaque: "session" }],
  // A further credential takes nothing from those that were issued with the others (CAEP 1.0 §3.3).
  [
    `${caep}credential-change`,
    { type: "credential-change", revokes: ({ change_type }) => change_type !== "create", opaque: "subject" },
  ],
  [`${caep}token-claims-change`, { type: "token-claims-change", revokes: always, opaque: "subject" }],
  [`${caep}assurance-level-change`, { type: "assurance-level-change", revokes: never, opaque: "subject" }],
  [`${risc}account-disabled`, { type: "account-disabled", revokes: always, opaque: "subject" }],
  [`${risc}account-purged`, { type: "account-purged", revokes: always, opaque: "subject" }],
  [`${risc}account-enabled`, { type: "account-enabled", revokes: never, opaque: "subject" }],
  [`${risc}sessions-revoked`, { type: "sessions-revoked", revokes: always, opaque: "subject" }],
  // Their subject is the stream.
  [`${ssf}verification`, { type: "verification", revokes: never, opaque: "nobody" }],
  [`${ssf}stream-updated`, { type: "stream-updated", revokes: never, opaque: "nobody" }],
]);

/** The type of an event by its name in `events`; `undefined` for one that is not understood. */
export function eventTypeOf(name: string): EventType | undefined {
  return types.get(name);
}
