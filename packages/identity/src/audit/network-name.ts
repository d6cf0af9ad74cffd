/**
 * The name of a network in an event: a keyed hash, because no event contains an address. Somebody who reads the table can see
 * that two events came from one network, and not from which.
 */
import { createHmac } from "node:crypto";
import { networksOf, unknownNetwork } from "lockstep/host";

const characters = 16;

/** The name of the network of an address: its IPv4 /24 or IPv6 /48. `unknown` without an address. */
export function networkName(key: Buffer, address: string | undefined): string {
  const { wide } = networksOf(address);
  if (wide === unknownNetwork) return unknownNetwork;
  return createHmac("sha256", key).update(wide).digest("base64url").slice(0, characters);
}
