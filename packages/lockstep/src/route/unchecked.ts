/** Saying that whatever a handler returns may leave. */
import { checkReason, type Reason } from "../dependency/reason.ts";
import { StreamReply } from "../outcome/stream.ts";
import type { Schema } from "../schema/schema.ts";
import { type ContentDeclaration, declareContent } from "./content.ts";
import { isJsonType, jsonText } from "./json-content.ts";
import { checkSendable } from "./sendable.ts";
import { streamContent } from "./text.ts";

declare const anything: unique symbol;

/** The input type of `unchecked()`: any result of the handler. */
export interface Anything {
  readonly [anything]: true;
}

function anyContent(reason: string): ContentDeclaration {
  return {
    types: ["*/*"],
    documented: { unchecked: reason },
    writer:
      (where) =>
      (result, { type }) => {
        if (result instanceof StreamReply) return streamContent(result);
        if (result instanceof Uint8Array) return { body: result, type: type ?? "application/octet-stream", isOwnBytes: true };
        if (typeof result === "string" && !isJsonType(type)) return { body: result };
        checkSendable(result, where);
        return { type: type ?? "application/json", body: jsonText(result) };
      },
  };
}

/**
 * A response schema that lets everything through: nothing is cut or validated, and a client sees everything that the handler
 * returns. The reason is documented. A result that holds a `Secret` is refused all the same. `eventStream()`, the messages of a
 * WebSocket and `outgoingWebhook()` take it too. A schema such as `z.any()` is refused in its place, because it has no reason.
 *
 * @throws BuildError `empty_reason`
 *
 * @example
 * ```ts
 * get("/export", { deps: { admin }, response: unchecked("administrators export whole rows") }, exportRows);
 * ```
 */
export function unchecked<const R extends string>(reason: Reason<R>): Schema<Anything, unknown> {
  return declareContent<Anything>(anyContent(checkReason("unchecked()", reason)));
}
