/** Requests that the API sends, written down: webhooks, and the callbacks of a route. */
import { defined } from "../json/member.ts";
import type { RouteCallback, WebhookDescription } from "../route/webhook-description.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import type { Callback, WebhookItem, WebhookOperation } from "./openapi.ts";
import { pascalCase } from "./operation-id.ts";
import type { SchemaUse } from "./schema-source.ts";

/** The webhooks by name. `undefined` if there are none. */
export function webhooksOf(
  webhooks: Readonly<Record<string, WebhookDescription>>,
  schemas: ComponentSchemas,
): Readonly<Record<string, WebhookItem>> | undefined {
  const all = Object.entries(webhooks).map(([name, webhook]) => [name, itemOf(webhook, schemas)] as const);
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The callbacks by name, each with its URL. `undefined` if there are none. */
export function callbacksOf(
  callbacks: Readonly<Record<string, RouteCallback>>,
  schemas: ComponentSchemas,
): Readonly<Record<string, Callback>> | undefined {
  const all = Object.entries(callbacks).map(([name, { url, webhook }]) => [name, { [url]: itemOf(webhook, schemas) }] as const);
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The schemas of webhooks. `where` names them for the developer, and `name` for the document. */
export function webhookUses(
  webhooks: Readonly<Record<string, WebhookDescription>>,
  where: string,
  name = "",
): readonly SchemaUse[] {
  return Object.entries(webhooks).map(([key, { payload }]) => ({
    schema: payload,
    direction: "output",
    where: `${where}: ${key}`,
    name: `${name}${pascalCase(key)}Webhook`,
  }));
}

function itemOf(webhook: WebhookDescription, schemas: ComponentSchemas): WebhookItem {
  const { payload, summary, description, tags, deprecated, headers = {} } = webhook;
  const parameters = Object.entries(headers).map(
    ([name, text]) => ({ name, in: "header", description: text, required: true, schema: { type: "string" } }) as const,
  );
  return {
    post: defined<WebhookOperation>({
      summary,
      description,
      tags,
      deprecated,
      parameters: parameters.length === 0 ? undefined : parameters,
      requestBody: { required: true, content: { "application/json": { schema: schemas.schemaOf(payload, "output") } } },
      responses: { "2XX": { description: "The event was received." } },
    }),
  };
}
