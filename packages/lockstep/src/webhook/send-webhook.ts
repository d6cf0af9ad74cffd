/** Sending a signed webhook to a URL that a customer wrote. */
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkedAddresses, type OutboundHosts, urlRefusal } from "../token/outbound-host.ts";
import { nodePinning, type OutboundRequest } from "../token/pinned-connection.ts";
import { signWebhook, type SignWebhookOptions } from "./sign-webhook.ts";

/** A webhook to send, and where. */
export interface SendWebhookOptions extends SignWebhookOptions, OutboundHosts {
  /** The receiver's URL: https, on the public internet, without a user name. */
  readonly url: string;
  /** The media type of the body. Default `application/json`. */
  readonly type?: string;
  /** How long the receiver may take. Milliseconds, 1 to 60,000; default 10,000. */
  readonly timeoutMs?: number;
}

const known: KnownOptions<SendWebhookOptions> = {
  url: true,
  id: true,
  body: true,
  secrets: true,
  clock: true,
  type: true,
  timeoutMs: true,
  allowPrivateHosts: true,
  resolve: true,
};

const defaultTimeoutMs = 10_000;
const maxTimeoutMs = 60_000;

/**
 * Signs a webhook as Standard Webhooks says, sends it, and returns the status of the answer. A status from 200 to 299 is a
 * success; send the event again later, with the same `id`, after any other. Redirects are not followed: a 302 is returned.
 *
 * The URL belongs to a customer, so it could point into your own network (server-side request forgery). On Node the name is
 * resolved once, every address must be public, and the connection goes to one of them. On other runtimes the host is judged
 * by its text, because they resolve names themselves.
 *
 * @throws Unavailable if nothing was sent or no answer came, with the reason in the message: the URL may not be requested, the
 * host has no public address, the connection failed, or the time is over
 * @throws BuildError `wrong_option`, and those of `signWebhook()`
 *
 * @example
 * ```ts
 * const body = JSON.stringify({ type: "note.created", data: note });
 * const status = await sendWebhook({ url: receiver.url, id: `msg_${note.id}`, body, secrets: [receiver.secret] });
 * ```
 */
export async function sendWebhook(options: SendWebhookOptions): Promise<number> {
  checkOptions("sendWebhook()", options, known);
  const { url, type = "application/json", timeoutMs = defaultTimeoutMs, allowPrivateHosts, resolve, ...signed } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimeoutMs)
    throw new BuildError("wrong_option", `sendWebhook(): set timeoutMs to a whole number from 1 to ${maxTimeoutMs}`);
  const hosts = { ...(allowPrivateHosts && { allowPrivateHosts }), ...(resolve && { resolve }) };
  const refusal = typeof url === "string" ? urlRefusal(url, hosts) : "its address is not text";
  if (refusal !== undefined) throw new Unavailable(`A webhook was not sent: ${refusal}`);
  const headers = { ...(await signWebhook(signed)), "content-type": type };
  return inTime(timeoutMs, (signal) => post(new URL(url), hosts, { headers, body: options.body, signal }));
}

/** The parts of a message. */
type Message = Pick<OutboundRequest, "headers" | "signal"> & { readonly body: string | Uint8Array };

async function post(url: URL, hosts: OutboundHosts, message: Message): Promise<number> {
  const pinning = nodePinning();
  const addresses = await checkedAddresses(url, pinning, hosts);
  if (addresses === undefined) throw new Unavailable("A webhook was not sent: its host has no address, or one that is not public");
  if (pinning === undefined) return postPlainly(url, message);
  const answer = await pinning.send(url, addresses, { method: "POST", ...message });
  await answer.discard();
  return answer.status;
}

/** "manual": a redirect is an answer like any other ("error" is not known on every runtime). */
async function postPlainly(url: URL, { headers, body, signal }: Message): Promise<number> {
  // The DOM's type of a body excludes arrays on shared memory. The body was signed, which copied it.
  const sent = typeof body === "string" ? body : new Uint8Array(body);
  const answer = await fetch(url.href, { method: "POST", headers: { ...headers }, body: sent, redirect: "manual", signal });
  await answer.body?.cancel();
  return answer.status;
}

/** Ends the work when the time is over, whatever it waits for. */
async function inTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    const error = new Unavailable(`A webhook was not answered within ${timeoutMs} ms`);
    controller.abort(error);
    reject(error);
  };
  const timer = setTimeout(end, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), late]);
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable("A webhook could not be sent", { cause });
  } finally {
    clearTimeout(timer);
  }
}
