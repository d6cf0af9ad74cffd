/** A client's certificate for connections with mutual TLS (RFC 8705 §2), on Node. */
import { Redacted, type Secret } from "../secret/redacted.ts";

/** A certificate and its private key, both in PEM. */
export interface ClientCertificate {
  /** The certificate, and after it those of its authorities, if the server needs them. */
  readonly cert: string;
  /** The key of the certificate, unencrypted. `secret(…)` keeps it out of logs. */
  readonly key: string | Secret<string>;
}

/** A certificate as the runtime takes it. */
export interface UsableCertificate {
  readonly cert: string;
  readonly key: string;
}

/** The texts of a certificate, or `undefined` if they are not texts. */
export function usableCertificate(certificate: unknown): UsableCertificate | undefined {
  if (typeof certificate !== "object" || certificate === null) return undefined;
  const { cert, key } = certificate as Partial<Record<keyof ClientCertificate, unknown>>;
  const text: unknown = key instanceof Redacted ? key.reveal() : key;
  return typeof cert === "string" && typeof text === "string" ? { cert, key: text } : undefined;
}

/** The expected form of a certificate that cannot be used; `undefined` if it can. Shows nothing of it. */
export function certificateRefusal(certificate: unknown): string | undefined {
  const form = "{ cert, key }, a certificate and its own private key in PEM";
  const usable = usableCertificate(certificate);
  if (usable === undefined) return form;
  const { process } = globalThis as Partial<Pick<typeof globalThis, "process">>;
  try {
    process?.getBuiltinModule?.("node:tls").createSecureContext(usable);
    return undefined;
  } catch {
    // The runtime's error may quote the text.
    return form;
  }
}
