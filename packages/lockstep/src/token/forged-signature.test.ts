/** Signatures that are nearly right: each is made with the issuer's own key, so only its form is wrong. */
import assert from "node:assert/strict";
import { constants, createHash, privateEncrypt, sign } from "node:crypto";
import { describe, test } from "node:test";
import { InvalidCredential } from "../problem/error.ts";
import * as f from "./token.fixture.ts";

const size = 256;
/** The prefix of a digest of SHA-256 (RFC 8017 §9.2, note 1), and others that are nearly the same. */
const digestInfo = "3031300d060960864801650304020105000420";
const digestInfos = {
  "no parameters": "302f300b06096086480165030402010420",
  "SHA-1 as the hash": "3021300906052b0e03021a05000414",
  "SHA-512 as the hash": "3051300d060960864801650304020305000440",
  "a length in two bytes": "308131" + digestInfo.slice(4),
  "other parameters": digestInfo.replace("0500", "0501"),
} as const;

/** An encoded message: a block type, padding, a zero, and the rest. */
function encoded(rest: Buffer, { type = 1, fill = 0xff, first = 0, cut = 0 } = {}): Buffer {
  const padding = Buffer.alloc(size - 3 - rest.length - cut, fill);
  return Buffer.concat([Buffer.from([first, type]), padding, Buffer.from([0]), rest, Buffer.alloc(cut, 0x41)]);
}

/** Signs an encoded message as it is. */
const raw = (message: Buffer): Buffer => privateEncrypt({ key: f.kr.privateKey, padding: constants.RSA_NO_PADDING }, message);
const digestOf = (input: string): Buffer => createHash("sha256").update(input).digest();
const infoOf = (input: string, prefix: string = digestInfo): Buffer => Buffer.concat([Buffer.from(prefix, "hex"), digestOf(input)]);

/** Why a token with a signature of one's own is refused; `undefined` if it is accepted. */
async function reason(alg: string, signer: f.Sign, kid = "kr"): Promise<string | undefined> {
  try {
    await f.accepted(f.verifier(), f.compact({ ...f.goodHeader, alg, kid }, f.goodClaims(), signer));
    return undefined;
  } catch (error) {
    if (error instanceof InvalidCredential) return error.reason;
    throw error;
  }
}

const wrong = "the signature does not verify";

describe("RSA with PKCS #1 v1.5 (J-49; RFC 8017 §8.2.2)", () => {
  test("accepts the one encoding of the digest", async () => {
    assert.equal(await reason("RS256", (input) => raw(encoded(infoOf(input)))), undefined);
  });

  test("refuses every other padding and encoding, although the key made it", async () => {
    const forged: Readonly<Record<string, f.Sign>> = {
      "rubbish after the digest (Bleichenbacher 2006)": (input) => raw(encoded(infoOf(input), { cut: 64 })),
      "one byte after the digest": (input) => raw(encoded(infoOf(input), { cut: 1 })),
      "the padding of encryption": (input) => raw(encoded(infoOf(input), { type: 2 })),
      "padding of block type 0": (input) => raw(encoded(infoOf(input), { type: 0, fill: 0 })),
      "padding with other bytes": (input) => raw(encoded(infoOf(input), { fill: 0xfe })),
      "a first byte that is not zero": (input) => raw(encoded(infoOf(input), { first: 1 })),
      "a digest without its name": (input) => raw(encoded(digestOf(input))),
      "the digest of another text": (input) => raw(encoded(infoOf(`${input}.`))),
      ...Object.fromEntries(
        Object.entries(digestInfos).map(([name, prefix]) => [name, (input: string) => raw(encoded(infoOf(input, prefix)))]),
      ),
      "the number one": () => Buffer.concat([Buffer.alloc(size - 1), Buffer.from([1])]),
      "the number zero": () => Buffer.alloc(size),
      "a byte too few": (input) => f.rsa("sha256")(input).subarray(1),
      "a byte too many": (input) => Buffer.concat([Buffer.from([0]), f.rsa("sha256")(input)]),
      "the padding of PSS": f.rsa("sha256", true),
      "another hash": f.rsa("sha512"),
    };
    for (const [name, signer] of Object.entries(forged)) assert.equal(await reason("RS256", signer), wrong, name);
  });
});

describe("EdDSA (J-48; RFC 8032 §5.1.7)", () => {
  /** The order of the group: a signature whose second half is not below it has another spelling. */
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const withHalf = (signature: Uint8Array, change: (half: bigint) => bigint): Buffer => {
    const half = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString("hex")}`);
    const bytes = Buffer.from(change(half).toString(16).padStart(64, "0"), "hex").toReversed();
    return Buffer.concat([signature.subarray(0, 32), bytes]);
  };
  const changed =
    (change: (signature: Buffer) => Uint8Array): f.Sign =>
    (input) =>
      change(Buffer.from(sign(null, Buffer.from(input), f.k2.privateKey)));

  test("accepts a signature, and refuses its other spellings", async () => {
    assert.equal(await reason("EdDSA", f.eddsa, "k2"), undefined);
    assert.equal(
      await reason(
        "EdDSA",
        changed((good) => withHalf(good, (half) => half)),
        "k2",
      ),
      undefined,
      "the control",
    );
    const forged: Readonly<Record<string, f.Sign>> = {
      "a second half of one order more": changed((good) => withHalf(good, (half) => half + order)),
      "a second half of the order": changed((good) => withHalf(good, () => order)),
      "the negative second half": changed((good) => withHalf(good, (half) => order - half)),
      "halves in the other order": changed((good) => Buffer.concat([good.subarray(32), good.subarray(0, 32)])),
      "the point at infinity": changed((good) => Buffer.concat([Buffer.from([1]), Buffer.alloc(31), good.subarray(32)])),
      "only zeros": () => Buffer.alloc(64),
      "a byte too few": changed((good) => good.subarray(0, 63)),
      "a byte too many": changed((good) => Buffer.concat([good, Buffer.from([0])])),
      "the other sign of the point": changed((good) => (good.writeUInt8((good[31] ?? 0) ^ 0x80, 31), good)),
    };
    for (const [name, signer] of Object.entries(forged)) assert.equal(await reason("EdDSA", signer, "k2"), wrong, name);
  });
});
