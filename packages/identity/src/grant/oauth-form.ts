/**
 * Forms of OAuth endpoints. A parameter without a value counts as omitted, an unknown one is ignored, and a repeated one is
 * refused (RFC 6749 §3.2, A-16). Secrets are redacted as soon as they are read.
 */
import { type Dependency, form, nothing, Redacted, type Schema } from "lockstep";
import type { PresentedClient } from "../client/client-authentication.ts";

/** The largest form of an OAuth endpoint, in bytes. */
export const maxFormBytes: number = 16 * 1024;

/** Headers of an answer that contains or describes a token: no cache may store it (RFC 6749 §5.1). */
export const uncached: Readonly<Record<string, string>> = { "cache-control": "no-store", pragma: "no-cache" };

/** The fields of a form that have a value. */
export type FormFields = ReadonlyMap<string, string | readonly string[]>;

type FieldSchema = Readonly<Record<string, unknown>>;

const clientFields: Readonly<Record<string, FieldSchema>> = {
  client_id: { type: "string", description: "Names a public client." },
  client_assertion_type: { type: "string" },
  client_assertion: { type: "string", format: "password", description: "A JWT signed by the client (RFC 7523)." },
};

/** How a form is described and read. */
export interface OAuthFormOptions<T> {
  /** The JSON Schema of each field. The fields about the client are added. */
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required: readonly string[];
  /** Builds the request from the fields. */
  read(fields: FormFields): T;
}

/**
 * Creates a dependency that reads a form of an OAuth endpoint. A missing required field is 400 `invalid_request`. `read` may
 * throw an OAuthError.
 */
export function oauthForm<T>({ properties, required, read }: OAuthFormOptions<T>): Dependency<T, "input"> {
  const described = { type: "object", properties: { ...properties, ...clientFields }, required, additionalProperties: true };
  const schema: Schema<unknown, T> = {
    "~standard": {
      version: 1,
      vendor: "lockstep-identity",
      validate: (value: unknown): { readonly value: T } | { readonly issues: readonly Issue[] } => {
        const fields = fieldsOf(value);
        const missing = required.filter((name) => !fields.has(name));
        if (missing.length > 0) return { issues: missing.map((name) => ({ message: "required", path: [name] })) };
        return { value: read(fields) };
      },
      jsonSchema: { input: () => structuredClone(described), output: () => structuredClone(described) },
    },
  };
  return form(schema, { identifies: nothing("credentials of the client and of its user, which the endpoint verifies") });
}

interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

function fieldsOf(value: unknown): FormFields {
  const entries: readonly (readonly [string, unknown])[] = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([name, field]): readonly (readonly [string, string | readonly string[]])[] => {
      if (typeof field === "string") return field === "" ? [] : [[name, field]];
      return Array.isArray(field) ? [[name, field.filter((each) => typeof each === "string" && each !== "")]] : [];
    }),
  );
}

/** Returns the value of a field that may be sent once. */
export function textField(fields: FormFields, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === "string" ? value : undefined;
}

/** Returns the values of a field that may be sent several times. */
export function textsField(fields: FormFields, name: string): readonly string[] {
  const value = fields.get(name) ?? [];
  return typeof value === "string" ? [value] : value;
}

/** Returns the value of a secret field. */
export function secretField(fields: FormFields, name: string): Redacted<string> | undefined {
  const value = textField(fields, name);
  return value === undefined ? undefined : new Redacted(value);
}

/** Returns the fields that name or authenticate the client. */
export function presentedInForm(fields: FormFields): Omit<PresentedClient, "basic"> {
  return {
    clientId: textField(fields, "client_id"),
    clientSecret: secretField(fields, "client_secret"),
    clientAssertion: secretField(fields, "client_assertion"),
    clientAssertionType: textField(fields, "client_assertion_type"),
  };
}
