/** `websocket()`: a route that opens a WebSocket (RFC 6455). */
import type { Deps, NoDeps, NoticesOf, OrAdvice, ProtectionsOf, Values } from "../dependency/dependency.ts";
import { isToken } from "../http/token.ts";
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import {
  checkCall,
  type Declared,
  type FactsCheck,
  type Inherited,
  join,
  nothing,
  type Route,
  type RouteDocumentation,
  sharedDefinition,
} from "./route.ts";
import type { ParametersOf } from "./template.ts";

/** What a route that opens a WebSocket declares. */
export interface WebSocketSpec<D extends Deps, Pub extends string | undefined> extends Omit<
  RouteDocumentation,
  "example" | "callbacks"
> {
  /** Why anyone may open it. Excludes an authenticated dependency. Default: the group's reason. */
  readonly public?: Pub;
  /** What the handler needs: one `messages()`, and without `public` an authenticated dependency. */
  readonly deps: D;
  /**
   * The subprotocols that the route speaks (RFC 6455 §1.9). The first of the client's that is among them is agreed on. Default:
   * none.
   */
  readonly protocols?: readonly string[];
  /** Problems that a guard or the handler may throw before the connection is open, by status, in words. */
  readonly problems?: DeclaredProblems;
}

/** Declares a route that opens a WebSocket. A client can change something by its messages, so a scope is asked for. */
export type WebSocketMethod<D0 extends Deps, X0 extends string, Pub0 = undefined> = <
  const X extends string,
  const D extends Deps = NoDeps,
  const Pub extends string | undefined = undefined,
>(
  template: OrAdvice<
    X,
    FactsCheck<keyof D0 & keyof D, ParametersOf<X>, ParametersOf<X0>, ProtectionsOf<D0 & D>, NoticesOf<D0 & D>, "POST", Pub, Pub0>
  >,
  spec: WebSocketSpec<D, Pub> & Declared<D, Pub>,
  handler: (values: Values<D0 & D>) => void | Promise<void>,
) => Route;

const options: KnownOptions<WebSocketSpec<Deps, string>> = {
  public: true,
  deps: true,
  protocols: true,
  summary: true,
  description: true,
  tags: true,
  operationId: true,
  deprecated: true,
  hidden: true,
  problems: true,
};

/** Makes `websocket()` of a group, or of none. */
export function webSocketIn<D0 extends Deps, X0 extends string, Pub0 = undefined>(
  inherited: Inherited = nothing,
): WebSocketMethod<D0, X0, Pub0> {
  // What the type says of a specification is checked at each call.
  return (template, given: WebSocketSpec<Deps, string | undefined>, handler) => {
    // Advice instead of a path does not compile. Start-up reads the path, and refuses an invalid one.
    const path = join(inherited.prefix, template as string);
    const where = `websocket ${path}`;
    checkCall(where, given, handler);
    checkOptions(where, given, options);
    const { protocols = [], ...documentation } = given;
    checkProtocols(where, protocols);
    return {
      method: "GET",
      template: path,
      definition: {
        ...documentation,
        ...sharedDefinition(where, given, inherited),
        answers: [{ status: 101, content: undefined, isOpen: false, dropsResult: true }],
        errors: undefined,
        maxBodyBytes: undefined,
        socket: { protocols },
        // The values are exactly those of the entries above.
        handler: (values) => handler(values as Parameters<typeof handler>[0]),
      },
    };
  };
}

function checkProtocols(where: string, protocols: unknown): void {
  if (Array.isArray(protocols) && protocols.every((name) => typeof name === "string" && isToken(name))) return;
  throw new BuildError("wrong_option", `${where}: write protocols as a list of names, for example ["chat.v1"] (RFC 6455 §1.9)`);
}

/**
 * A route that opens a WebSocket. The guards run before the handshake, and a refusal is an ordinary answer: 401, 403, 404. The
 * handshake must come from a page of the API's own origin or of `createApi({ origins })`, or from a program (no `Origin`).
 *
 * The connection closes when the handler returns (1000), when the server closes (1001), and within a second after the caller's
 * access ends (1008): the guards run again as for a stream. The resources of the request stay open until the handler has ended. A
 * handler that waits for something other than a message listens to `connection().signal`. A problem that it throws closes with
 * 4000 plus its status, an unexpected error with 1011. A request that is not a handshake is answered with 426.
 *
 * Works on `fastifyServer()`, on Fastify with `lockstep()`, and on other hosts of Node.js with `lockstep/websocket`. Each needs
 * the package `ws`. `serveFetch()` does not serve an API with such a route (`websocket_unsupported`).
 *
 * @throws BuildError `wrong_option`, `wrong_path`
 *
 * @example
 * ```ts
 * const chat = messages({ receives: z.object({ text: z.string().max(500) }), sends: Said });
 * const routes = [
 *   websocket("/rooms/:room", { deps: { room, user: scopes(user, "chat:write"), chat } }, async ({ room, user, chat }) => {
 *     const leave = room.join((said) => chat.send(said));
 *     try {
 *       for await (const { text } of chat) await room.say(user.name, text);
 *     } finally {
 *       leave();
 *     }
 *   }),
 * ];
 * ```
 */
export const websocket: WebSocketMethod<NoDeps, ""> = webSocketIn<NoDeps, "">();
