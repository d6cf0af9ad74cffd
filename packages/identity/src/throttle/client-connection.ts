/** The connection of a request whose client is counted. */
import { connection, type Connection, type Dependency } from "lockstep";
import type { Settings } from "../settings.ts";

/**
 * The connection. Unless the operator has said that addresses are unknown, the API does not start on a host that cannot tell
 * them: all clients would be throttled as one.
 */
export function clientConnection({ clientAddress }: Pick<Settings, "clientAddress">): Dependency<Connection> {
  if (clientAddress === "unknown") return connection();
  return connection({ addressOr: 'set `throttle: { clientAddress: "unknown" }` in identity() to count without addresses' });
}
