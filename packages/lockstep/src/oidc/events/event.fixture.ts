/** Event tokens with any flaw at all, and a receiver that keeps all that it hears. The issuer is a real server (`TestIssuer`). */
import { createApi, type Api } from "../../api/api.ts";
import { Unavailable } from "../../problem/error.ts";
import type { Route } from "../../route/route.ts";
import * as f from "../../token/token.fixture.ts";
import { memoryReplays } from "../../webhook/memory-replays.ts";
import type { TestIssuer } from "../test-issuer.fixture.ts";
import { handledOnce } from "./handled-once.ts";
import type { EventRefusal, ProviderEvent } from "./provider-event.ts";

/** The client whose users sign in at the provider, and the receiver of a transmitter's stream. */
export const clientId: string = "notes-web";
export const receiverId: string = "https://api.test/events";

export const logoutEvent: string = "http://schemas.openid.net/event/backchannel-logout";
export const caep: string = "https://schemas.openid.net/secevent/caep/event-type/";
export const risc: string = "https://schemas.openid.net/secevent/risc/event-type/";
export const ssf: string = "https://schemas.openid.net/secevent/ssf/event-type/";

type Members = Readonly<Record<string, unknown>>;

let count = 0;

/** A valid logout token about a session of Alice, with some claims and members of the header replaced. */
export function logoutToken({ issuer }: TestIssuer, claims: Members = {}, header: Members = {}, sign?: f.Sign): string {
  const times = { iat: f.now - 10, exp: f.now + 110 };
  const about = { sub: "alice", sid: "s1", jti: `logout-${(count += 1)}`, events: { [logoutEvent]: {} } };
  return f.compact(
    { alg: "ES256", typ: "logout+jwt", kid: "k1", ...header },
    { iss: issuer, aud: clientId, ...times, ...about, ...claims },
    sign,
  );
}

/** A valid Security Event Token about Alice, with some claims and members of the header replaced. */
export function securityEvent({ issuer }: TestIssuer, claims: Members = {}, header: Members = {}, sign?: f.Sign): string {
  const about = {
    iat: f.now - 10,
    jti: `event-${(count += 1)}`,
    sub_id: { format: "iss_sub", iss: issuer, sub: "alice" },
    events: { [`${caep}session-revoked`]: {} },
  };
  return f.compact(
    { alg: "ES256", typ: "secevent+jwt", kid: "k1", ...header },
    { iss: issuer, aud: receiverId, ...about, ...claims },
    sign,
  );
}

/** A sink that handles each event once, and what it and the listeners heard. */
export class Heard {
  readonly events: ProviderEvent[] = [];
  readonly refusals: EventRefusal[] = [];
  readonly problems: Error[] = [];
  /** What the next calls of the sink fail with. */
  readonly failures: Error[] = [];
  readonly #issuer: TestIssuer;

  constructor(issuer: TestIssuer) {
    this.#issuer = issuer;
  }

  /** The options of a receiver. */
  get options() {
    const clock = (): number => this.#issuer.clockMs;
    return {
      clock,
      sink: handledOnce(memoryReplays({ clock }), async (event) => {
        await Promise.resolve();
        const failure = this.failures.shift();
        if (failure !== undefined) throw failure;
        this.events.push(event);
      }),
      onRefused: (refusal: EventRefusal) => void this.refusals.push(refusal),
      onProblem: (problem: Error) => void this.problems.push(problem),
    } as const;
  }

  /** The reason of the last refusal. */
  get reason(): string | undefined {
    return this.refusals.at(-1)?.reason;
  }

  clear(): void {
    for (const list of [this.events, this.refusals, this.problems, this.failures]) list.length = 0;
  }
}

/** A database that is away. */
export const away = (): Unavailable => new Unavailable("away");

/** An API with these routes. */
export function apiWith(...routes: readonly Route[]): Api {
  return createApi({ title: "Test", version: "1", audit: () => {}, routes: [...routes] });
}

/** Sends a logout token, with further fields. */
export function sendLogout(api: Api, token: string | undefined, more: Readonly<Record<string, string>> = {}): Promise<Response> {
  const body = new URLSearchParams({ ...(token === undefined ? {} : { logout_token: token }), ...more });
  return api.fetch(new Request("https://api.test/auth/backchannel-logout", { method: "POST", body }));
}

/** Pushes a Security Event Token. */
export function push(
  api: Api,
  token: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return api.fetch(
    new Request("https://api.test/auth/security-events", {
      method: "POST",
      headers: { "content-type": "application/secevent+jwt", ...headers },
      body: token,
    }),
  );
}
