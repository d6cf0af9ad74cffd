/**
 * Hygiene of public RSA keys, from the public numbers alone: what an import by the runtime lets through and should not.
 * The bounds are those of FIPS 186-5 §A.1.1; ROCA is CVE-2017-15361.
 */
import { encode } from "jose/base64url";
import { bigEndian, parseOctets } from "./base64url.ts";
import { weakKey, wrongKey } from "./key-refusal.ts";

const minBits = 2048;
const maxBits = 8192;
/** A number longer than this is not even read. */
const maxOctets = 4_096;
const maxExponent = 1n << 256n;
const minExponent = 1n << 16n;
/** The generator of the flawed library's primes, modulo each small prime. */
const rocaGenerator = 65_537;
const rocaPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131,
  137, 139, 149, 151, 157, 163, 167,
] as const;

/**
 * Reads the public numbers of an RSA key, and writes them in their one canonical form. The modulus must be odd, have 2048 to
 * 8192 bits in whole octets, and no ROCA fingerprint; the exponent must be odd and above 2^16. Costs well under a millisecond,
 * once for each key.
 *
 * @throws BuildError `weak_key`, or `wrong_key` if the numbers are not an RSA key at all
 */
export function parseRsaKey(jwk: { readonly n?: unknown; readonly e?: unknown }): { readonly n: string; readonly e: string } {
  const [n, e] = [parseOctets(jwk.n), parseOctets(jwk.e)];
  if (n === undefined || e === undefined || n.length > maxOctets || e.length > maxOctets) {
    throw wrongKey("An RSA key's `n` and `e` must be numbers in base64url (RFC 7518 §6.3.1)");
  }
  checkNumbers(bigEndian(n), bigEndian(e));
  return { n: encode(n), e: encode(e) };
}

function checkNumbers(modulus: bigint, exponent: bigint): void {
  const bits = modulus.toString(2).length;
  if (bits < minBits || bits > maxBits || bits % 8 !== 0) {
    throw weakKey(`An RSA modulus must have ${minBits} to ${maxBits} bits and fill its octets; this one has ${bits}`);
  }
  if (modulus % 2n === 0n) throw weakKey("An RSA modulus must be odd");
  if (exponent % 2n === 0n || exponent <= minExponent || exponent >= maxExponent) {
    throw weakKey("An RSA exponent must be odd and at least 65537 (FIPS 186-5 §A.1.1)");
  }
  if (hasRocaFingerprint(modulus)) throw weakKey("The RSA key was made by a flawed generator (ROCA, CVE-2017-15361)");
}

/** A modulus of the flawed library is a power of 65537 modulo every small prime; any other is so with chance below 2^-27. */
function hasRocaFingerprint(modulus: bigint): boolean {
  return rocaPrimes.every((prime) => powersOfGenerator(prime).has(Number(modulus % BigInt(prime))));
}

function powersOfGenerator(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * rocaGenerator) % prime) powers.add(power);
  return powers;
}
