/** Whether this host can tell who the client is, for APIs whose routes need its address. */
import type { FastifyInstance } from "fastify";
import type { HostedApi } from "../host.ts";
import type { FastifyHostRequest } from "./fastify-request.ts";

/** The words for the operator: `fastifyServer()` and an existing application have different options. */
export type ProxyOption = "trustedProxies" | "trustProxy";

/** Fastify's own option takes no number: a number trusts nobody. */
const settings: Readonly<Record<ProxyOption, string>> = {
  trustedProxies: "`trustedProxies` to the number of proxies",
  trustProxy: "`trustProxy` to a function that trusts the proxies",
};

/** Watches for a place of which the client's address cannot be known. */
export class ClientAddresses {
  readonly #hosted: HostedApi;
  readonly #option: ProxyOption;
  readonly #trusts: boolean;
  /** Whether a forwarding header would be news. */
  #isWatching: boolean;

  constructor(hosted: HostedApi, option: ProxyOption, trusts: boolean) {
    this.#hosted = hosted;
    this.#option = option;
    this.#trusts = trusts;
    this.#isWatching = hosted.needsClientAddress && !trusts;
  }

  /**
   * Refuses to listen on a unix socket if no proxy is trusted: its connections have no address. `listen()` rejects with
   * `client_address_unknown`.
   */
  watchListening({ server }: FastifyInstance): void {
    server.on("listening", () => {
      if (typeof server.address() !== "string" || this.#trusts) return;
      try {
        this.#hosted.checkHost({
          clientAddress: {
            unknown: `listen on a TCP port, or set ${settings[this.#option]} before this unix socket`,
          },
        });
      } catch (error) {
        server.close();
        // Fastify rejects `listen()` with it.
        server.emit("error", error);
      }
    });
  }

  /** Warns once in each process if a proxy says who the client is, and nobody has said that there is one. */
  watch(request: FastifyHostRequest): void {
    if (!this.#isWatching) return;
    const name = ["x-forwarded-for", "forwarded"].find((header) => request.headers(header).length > 0);
    if (name === undefined) return;
    this.#isWatching = false;
    warnOnce(name, this.#option);
  }
}

let hasWarned = false;

function warnOnce(header: string, option: ProxyOption): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `Set \`${option}\` if there is a proxy before this server: a request came with the header ${header}, which is ignored, so all ` +
      "clients of the proxy have one address and are throttled as one. Without a proxy, ignore this.",
    { type: "LockstepWarning", code: "LOCKSTEP_UNTRUSTED_PROXY" },
  );
}

/** Whether an application trusts a proxy (Fastify's option `trustProxy`): only then its requests have `ips`. */
export function trustsProxy(instance: FastifyInstance): boolean {
  return instance.hasRequestDecorator("ips") && typeof trustOptionOf(instance) !== "number";
}

/** The option, which Fastify keeps with its others on the outermost instance. */
function trustOptionOf(instance: object): unknown {
  const key = Object.getOwnPropertySymbols(instance).find(({ description }) => description === "fastify.options");
  const outer: object | null = Object.getPrototypeOf(instance);
  if (key === undefined) return outer === null ? undefined : trustOptionOf(outer);
  const options: unknown = Reflect.get(instance, key);
  return typeof options === "object" && options !== null ? Reflect.get(options, "trustProxy") : undefined;
}
