/** Requests for the tests of inputs, built from plain records. */
import type { HostRequest } from "../host/host.ts";
import { defaultLimits, type InputLimits } from "./limits.ts";
import { RequestSource } from "./request-source.ts";

/** What a test says of its request; the rest is empty. */
export interface RequestRecord {
  readonly query?: string;
  readonly params?: Readonly<Record<string, string>>;
  /** Lower-case names; an array for a header that came several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly address?: string;
  readonly secure?: boolean;
  readonly limits?: Partial<InputLimits>;
}

/** A request as a host would give it. */
export function hostRequest(record: RequestRecord, onRead: () => void = () => {}): HostRequest {
  const { query = "", headers = {}, body = "", secure = true } = record;
  const all = (name: string): readonly string[] => {
    const found = headers[name] ?? [];
    return typeof found === "string" ? [found] : found;
  };
  return {
    method: "POST",
    path: "/",
    query,
    secure,
    address: record.address,
    certificate: () => undefined,
    headers: all,
    body: async function* () {
      onRead();
      yield typeof body === "string" ? new TextEncoder().encode(body) : body;
    },
  };
}

/** The source of such a request, whose id is `r1`. `onRead` is told whenever the body is read. */
export function requestSource(record: RequestRecord, onRead?: () => void): RequestSource {
  return new RequestSource(
    hostRequest(record, onRead),
    record.params ?? {},
    { limits: { ...defaultLimits, ...record.limits } },
    "r1",
    () => new AbortController().signal,
  );
}
