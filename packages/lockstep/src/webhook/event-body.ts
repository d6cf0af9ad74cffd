/** Reads the event of a verified request. It is an input of its own kind: parsed only after the signature was right. */
import type { Dependency } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import type { InputPlace } from "../dependency/input-place.ts";
import { dependency, factsOfEntries } from "../dependency/node.ts";
import type { Content } from "../dependency/source.ts";
import { readBody } from "../input/content-type.ts";
import { formReader } from "../input/form.ts";
import { InputFailure, type InputIssue } from "../outcome/input-failure.ts";
import { BuildError } from "../problem/error.ts";
import { isPromise } from "../promise.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validate } from "../schema/validate.ts";
import type { CheckedWebhook } from "./checked-webhook.ts";
import type { WebhookEvent } from "./definition.ts";
import { digestOf } from "./hmac.ts";
import type { VerifiedRequest } from "./verified-request.ts";

interface ReadContent {
  readonly value: unknown;
  readonly issues: readonly InputIssue[];
}

/**
 * Makes the event's dependency.
 *
 * @throws BuildError `wrong_schema`, and `wrong_input` for a form whose fields cannot be read from text
 */
export function eventBody(
  webhook: CheckedWebhook,
  verified: Dependency<VerifiedRequest, "credential" | "authenticated">,
): Dependency<WebhookEvent<unknown>, Fact> {
  const { where, payload: schema, format, mediaTypes, sender } = webhook;
  const kind = format === "json" ? "body" : "form";
  const strictness = strictnessOf(schema, where);
  const read = format === "json" ? readJson : formReader(schema, where);
  const deps = [{ key: "verified", node: verified["~dep"] }];
  const input: InputPlace = Object.freeze({
    kind,
    name: "",
    schema,
    // The sender signed them. Whose objects they name is known to the handler only.
    objectIds: { ids: [], nothing: { [kind]: `signed by ${sender}` }, unsaid: undefined },
    mediaTypes: mediaTypes.slice(0, 1),
    tolerant: true,
  });
  return dependency({
    kind: "input",
    input,
    deps,
    facts: factsOfEntries(deps).add("input"),
    lifetime: "request",
    read: async (source, values) => {
      // The one entry of the record.
      const request = values["verified"] as VerifiedRequest;
      const { content, isDeclared } = await readBody(source, { accepted: mediaTypes, text: true });
      const { value, issues } = isDeclared ? read(content) : { value: undefined, issues: [] };
      // Members that the schema does not name are dropped, and not refused: senders add some.
      const validated: unknown = await validate(schema, strictness.prune(value), { kind, pointer: "" }, issues);
      return validated instanceof InputFailure ? validated : eventOf(webhook, request, value, validated);
    },
  });
}

function readJson(content: Content): ReadContent {
  return { value: content.json(), issues: [] };
}

async function eventOf(
  { where, sender, eventId }: CheckedWebhook,
  { headers, content, sentAt, body }: VerifiedRequest,
  sent: unknown,
  payload: unknown,
): Promise<WebhookEvent<unknown>> {
  const id: unknown = eventId?.({ headers, payload: sent }) ?? (await digestOf(content));
  if (typeof id === "string" && id !== "") return { sender, eventId: id, sentAt, payload, body };
  const what = isPromise(id) ? "a promise" : typeof id;
  throw new BuildError("wrong_result", `${where}: return a text from eventId(), or undefined: it returned ${what}`);
}
