/**
 * Hashes passwords with argon2id, as PHC strings. Hashing makes a stolen database slow to guess. A hash costs 19 MiB and about 50
 * ms of one core, so only a few run at a time.
 */
// As a namespace: a Node without argon2 would refuse a named import before checkNode() can say which version to install.
import * as crypto from "node:crypto";
import { availableParallelism } from "node:os";
import { type Redacted, secret, type Secret } from "lockstep";
import { currentCost, passwordCost } from "../account-table/password-cost.ts";
import { type Line, Queue, type QueueLimits } from "./queue.ts";

const saltBytes = 16;
const tagBytes = 32;
/**
 * The highest cost of a stored hash that is accepted. Without a limit, anyone who can write to the database could stop the
 * process.
 */
const most = { memory: 1_048_576, passes: 16, parallelism: 16, bytes: 64 } as const;
/** The threads of libuv's pool, unless the environment says otherwise. */
const usualThreads = 4;

/**
 * How many hashes run at a time: one for each processor, but at most half of the thread pool, which also reads files and resolves
 * names. On a machine with more than two processors, set the environment variable `UV_THREADPOOL_SIZE` to twice their number.
 */
export function hashesAtOnce(processors: number, threads: string | undefined): number {
  const size = Number.parseInt(threads ?? "", 10);
  return Math.max(1, Math.min(processors, Math.floor((size > 0 ? size : usualThreads) / 2)));
}

const running = hashesAtOnce(availableParallelism(), process.env["UV_THREADPOOL_SIZE"]);
/** A job waits for at most two seconds or so. */
const waitingForEach = 32;

/** The limits of the queue of this process. */
export const hashLimits: QueueLimits = { maxRunning: running, maxWaiting: waitingForEach * running };
const queue = new Queue(hashLimits);

/** The hash that is compared if there is no account, so an attempt costs the same. Nobody knows its password. */
const dummyHash = "$argon2id$v=19$m=19456,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms";

const phc = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** The parts of a hash. */
interface Parsed {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly nonce: Buffer;
  readonly tag: Buffer;
}

/**
 * Checks that this Node has argon2.
 *
 * @throws Error that names the version of Node to install, if it has not
 */
export function checkNode(): void {
  if (typeof crypto.argon2 === "function") return;
  throw new Error(`Install Node 24.7 or later: this is Node ${process.versions.node}, which has no argon2 to hash passwords with`);
}

/**
 * Hashes a password with argon2id (19 MiB, 2 passes) and a new salt. Returns a PHC string, `$argon2id$v=19$…`: `reveal()` it to
 * store it. Passwords are normalised (NFC) first, so it does not matter how a keyboard composes a character. It takes about 50
 * ms of one core. Only a few hashes run at a time, and they wait in one queue with those of the sign-ins. It is not checked
 * whether the password is a good one.
 *
 * @param line whether somebody is known who asks: by a session, a link or a device
 * @throws Unavailable if too many hashes are waiting
 * @example
 * ```ts
 * const hash = await hashPassword(new Redacted(typed));
 * await save(documentId, hash.reveal());
 * ```
 */
export async function hashPassword(password: Redacted<string>, line: Line = "strangers"): Promise<Secret<string>> {
  const nonce = crypto.randomBytes(saltBytes);
  const tag = await queue.run(line, () => derive(password, { ...passwordCost, nonce, tagLength: tagBytes }));
  return secret(`$argon2id$v=19$${currentCost}$${unpadded(nonce)}$${unpadded(tag)}`);
}

/** How a password is compared. */
export interface Verification {
  /** The line in which the comparison waits. Default `strangers`. */
  readonly line?: Line;
  /**
   * The costs of all stored hashes. One hash is computed for each of them, and for the current cost, whichever the password is
   * compared with. So the time does not tell whose hash it is. Default: the hash's own cost only.
   */
  readonly costs?: readonly string[];
}

/**
 * Tells whether a password matches a hash, which is a PHC string of argon2id (`secret(text)` for one that was stored). Without a
 * hash, and with one that cannot be read, it never matches and takes as long, so the time does not reveal whether an account
 * exists. Attempts are not counted: limit them, or a short password can be guessed.
 *
 * @throws Unavailable if too many hashes are waiting
 * @example
 * ```ts
 * const isRight = await verifyPassword(new Redacted(typed), stored === undefined ? undefined : secret(stored));
 * ```
 */
export async function verifyPassword(
  password: Redacted<string>,
  hash: Secret<string> | undefined,
  { line = "strangers", costs }: Verification = {},
): Promise<boolean> {
  const known = hash === undefined ? undefined : parse(hash.reveal());
  const { tag, ...parameters } = known ?? nobody;
  const others = costs === undefined ? [] : othersOf(parameters, costs);
  const actual = await queue.run(line, async () => {
    // In one order, so the hash that counts ends at the same time whichever it is.
    for (const other of others) await derive(password, { ...other, tagLength: tagBytes });
    return derive(password, { ...parameters, tagLength: tag.length });
  });
  return crypto.timingSafeEqual(actual, tag) && known !== undefined;
}

/** The derivations to make beside that of the hash itself: one for each other cost. */
function othersOf(own: Omit<Parsed, "tag">, costs: readonly string[]): readonly Omit<Parsed, "tag">[] {
  const rest = new Set([currentCost, ...costs]);
  rest.delete(`m=${own.memory},t=${own.passes},p=${own.parallelism}`);
  return [...rest]
    .toSorted()
    .flatMap((text) => parse(`$argon2id$v=19$${text}$${unpadded(nobody.nonce)}$${unpadded(nobody.tag)}`) ?? []);
}

/**
 * Whether a stored hash should be replaced by `hashPassword()` once its password was verified, because it was made with a lower
 * cost, a shorter salt, or another algorithm. Identity does so for its accounts at a sign-in.
 */
export function needsRehash(hash: Secret<string>): boolean {
  const parsed = parse(hash.reveal());
  if (parsed === undefined) return true;
  const { memory, passes, parallelism, nonce, tag } = parsed;
  if (nonce.length < saltBytes || tag.length < tagBytes) return true;
  return memory < passwordCost.memory || passes < passwordCost.passes || parallelism < passwordCost.parallelism;
}

function parse(text: string): Parsed | undefined {
  const match = phc.exec(text);
  if (match === null) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const [nonce, tag] = [Buffer.from(match[4] ?? "", "base64"), Buffer.from(match[5] ?? "", "base64")];
  // RFC 9106 §3.1: the parameters that argon2 does not accept.
  if (parallelism < 1 || passes < 1 || memory < 8 * parallelism) return undefined;
  if (memory > most.memory || passes > most.passes || parallelism > most.parallelism) return undefined;
  return nonce.length > most.bytes || tag.length > most.bytes ? undefined : { memory, passes, parallelism, nonce, tag };
}

const nobody: Parsed = readDummy();

function readDummy(): Parsed {
  const parsed = parse(dummyHash);
  if (parsed === undefined) throw new TypeError("Fix `dummyHash`: it is not a PHC string");
  return parsed;
}

interface Derivation {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly nonce: Uint8Array;
  readonly tagLength: number;
}

function derive(password: Redacted<string>, { memory, passes, parallelism, nonce, tagLength }: Derivation): Promise<Buffer> {
  // Unicode can spell one character in several ways. Without NFC, the keyboard would decide whether the password matches.
  const message = password.reveal().normalize("NFC");
  return new Promise((resolve, reject) => {
    crypto.argon2("argon2id", { message, memory, passes, parallelism, nonce, tagLength }, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    );
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
