/** The secrets that a sender and this API share: their bytes, and whether they are strong enough. */
import { BuildError } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { secretWeakness } from "../token/weak-secret.ts";

/** A secret as its sender shows it, or its bytes. */
export type WebhookSecret = string | Uint8Array | Redacted<string>;

/** How a sender writes its secrets. */
export interface SecretForm {
  /** The function that the messages name. */
  readonly where: string;
  /** The fewest bytes. */
  readonly minBytes: number;
  /** Returns the bytes of a secret, or what to pass instead of it. The advice contains no part of the secret. */
  decode(text: string): Uint8Array<ArrayBuffer> | string;
}

const encoder = new TextEncoder();

/** The bytes are the characters of the text, as most senders have it. */
export function textSecret(where: string): SecretForm {
  return { where, minBytes: 16, decode: (text) => encoder.encode(text) };
}

/**
 * Returns the bytes of secrets: the sender signs with one of them, so several can be valid while one replaces another.
 *
 * @throws BuildError `wrong_option` for a list that is empty or holds something else, `wrong_key` for a secret of another form,
 * `weak_key` for one that is short, printed in a manual or made of words
 */
export function secretBytes(secrets: unknown, form: SecretForm): readonly Uint8Array<ArrayBuffer>[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new BuildError("wrong_option", `${form.where}: set secrets to a list of at least one secret, for example [secret]`);
  }
  return secrets.map((secret: unknown) => bytesOf(secret, form));
}

function bytesOf(secret: unknown, form: SecretForm): Uint8Array<ArrayBuffer> {
  const { where, minBytes } = form;
  const given: unknown = secret instanceof Redacted ? secret.reveal() : secret;
  if (typeof given !== "string" && !(given instanceof Uint8Array)) {
    throw new BuildError(
      "wrong_option",
      `${where}: pass each secret as text or bytes: one is ${given === undefined ? "undefined (is the environment variable set?)" : typeof given}`,
    );
  }
  const bytes = typeof given === "string" ? form.decode(given) : Uint8Array.from(given);
  if (typeof bytes === "string") throw new BuildError("wrong_key", `${where}: ${bytes}`);
  if (bytes.length < minBytes) {
    throw new BuildError("weak_key", `${where}: use a secret of at least ${minBytes} random bytes: this one has ${bytes.length}`);
  }
  const weakness = secretWeakness(bytes);
  if (weakness === undefined) return bytes;
  throw new BuildError("weak_key", `${where}: choose another secret, for example with \`openssl rand -hex 32\`: ${weakness}`);
}
