/**
 * Hygiene of public keys on elliptic curves: the coordinates have the length of the curve, and the point is on it and not
 * one of the few that make every signature verify. Public numbers only, so nothing here needs constant time; signatures
 * are jose's.
 */
import { encode } from "jose/base64url";
import { bigEndian, parseBase64, parseOctets } from "./base64url.ts";
import { weakKey, wrongKey } from "./key-refusal.ts";

/** y² = x³ − 3x + b modulo p (FIPS 186-5, SP 800-186 §3.2.1). */
interface Curve {
  readonly bytes: number;
  readonly p: bigint;
  readonly b: bigint;
}

const curves: ReadonlyMap<unknown, Curve> = new Map([
  [
    "P-256",
    {
      bytes: 32,
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    "P-384",
    {
      bytes: 48,
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    "P-521",
    {
      bytes: 66,
      p: 2n ** 521n - 1n,
      b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
]);

const edwardsPrime = 2n ** 255n - 19n;
const orderEight = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y of every point of order 1, 2, 4 and 8 on Ed25519: under such a key a forged signature verifies (RFC 8032 §8.9). */
const smallOrder: ReadonlySet<bigint> = new Set([0n, 1n, edwardsPrime - 1n, orderEight, edwardsPrime - orderEight]);

/**
 * Reads the coordinates of an EC key (RFC 7518 §6.2.1), and writes them in the length of their curve.
 *
 * @throws BuildError `wrong_key` when they are longer than the curve's, or the point is not on the curve
 */
export function parseCurvePoint(jwk: { readonly crv?: unknown; readonly x?: unknown; readonly y?: unknown }): {
  readonly x: string;
  readonly y: string;
} {
  const curve = curves.get(jwk.crv);
  const [x, y] = [parseOctets(jwk.x), parseOctets(jwk.y)];
  if (curve === undefined || x === undefined || y === undefined || x.length > curve.bytes || y.length > curve.bytes) {
    throw wrongKey("An EC key's `x` and `y` must be numbers in base64url, no longer than its curve (RFC 7518 §6.2.1)");
  }
  if (!isOnCurve(curve, bigEndian(x), bigEndian(y))) throw wrongKey("The EC key's point is not on its curve");
  return { x: encode(padded(x, curve.bytes)), y: encode(padded(y, curve.bytes)) };
}

/** The number in exactly this many bytes. */
function padded(octets: Uint8Array, bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  all.set(octets, bytes - octets.length);
  return all;
}

function isOnCurve({ p, b }: Curve, x: bigint, y: bigint): boolean {
  return x < p && y < p && (x ** 3n - 3n * x + b - y ** 2n) % p === 0n;
}

/**
 * Reads the public value of an Ed25519 key (RFC 8037 §2): 32 bytes, reduced, and not of small order. A value that is not a point
 * at all passes here, and no signature verifies under it.
 *
 * @throws BuildError `wrong_key`, or `weak_key` for a point of small order
 */
export function parseEdwardsPoint(jwk: { readonly x?: unknown }): { readonly x: string } {
  const bytes = parseBase64(jwk.x);
  if (bytes?.length !== 32) throw wrongKey("An Ed25519 key's `x` must be 32 bytes in base64url (RFC 8037 §2)");
  const signBit = 1n << 255n;
  const y = bigEndian(bytes.toReversed()) & (signBit - 1n);
  if (y >= edwardsPrime) throw wrongKey("The Ed25519 key's point is not reduced");
  if (smallOrder.has(y)) throw weakKey("The Ed25519 key's point is of small order: any signature would verify");
  return { x: encode(bytes) };
}
