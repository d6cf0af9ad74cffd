/**
 * Verifies the chain of audit events, page by page, while the service runs. It finds the first event that was changed, removed,
 * moved or added by somebody without `IDENTITY_KEY`. A checkpoint that was kept elsewhere also shows whether all events since, or
 * the whole database, were replaced by older ones.
 */
import type { IdentityKeys } from "../secret/identity-key.ts";
import type { Database } from "../store/database.ts";
import { numberOrNone } from "../store/row.ts";
import { first, sql, type Statement, type Work } from "../store/statement.ts";
import { countUnchained, follows, readChain } from "./chain.ts";
import { AuditChainBroken, type ChainedRow, type ChainPlace, linkHash } from "./chain-link.ts";
import { type ChainState, keyFor, loadState } from "./chain-state.ts";

/** A place in the chain that was kept elsewhere. */
export type Checkpoint = ChainPlace;

/** How to verify. */
export interface VerifyOptions {
  /** Proves that the history up to it is unchanged. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Is called after each page with the number of events that were verified, and of those that there are about. */
  readonly progress?: (verified: number, of: number) => void;
  /** The events that are read at once. Default 1,000. */
  readonly pageSize?: number;
}

/** The first thing that is wrong. */
export interface ChainProblem {
  readonly kind: "changed" | "removed" | "moved" | "added" | "state" | "checkpoint";
  /** The number of the event; `undefined` if the state of the chain is wrong. */
  readonly seq: number | undefined;
  /** The id of the event that is in its place, if one is. */
  readonly id: string | undefined;
  readonly message: string;
}

/** The result of a verification. */
export interface ChainReport {
  /** The number of events whose place and content are proved. */
  readonly verified: number;
  /** The place after the last of them. `undefined` if there is no chain yet. */
  readonly head: ChainPlace | undefined;
  /** The number of events that are not chained yet, and so not proved. */
  readonly unchained: number;
  readonly problem: ChainProblem | undefined;
}

// One statement each: the service may add or remove events meanwhile.
const beforeStart = sql(`
  SELECT (SELECT MIN(seq) FROM identity_audit_events AS e WHERE e.seq <= c.seq) AS seq
  FROM identity_audit_chain AS c WHERE name = 'start'`);
const afterHead = sql(`
  SELECT (SELECT MIN(seq) FROM identity_audit_events AS e WHERE e.seq > c.seq) AS seq
  FROM identity_audit_chain AS c WHERE name = 'head'`);
/** An event that was moved is looked for among so many that follow. */
const farthestMove = 5000;

/**
 * Verifies the chain.
 *
 * @throws SealBroken if its keys are sealed under another `IDENTITY_KEY`
 * @throws Unavailable while the database is away
 */
export async function verifyChain(database: Database, keys: IdentityKeys, options: VerifyOptions = {}): Promise<ChainReport> {
  const walk = new Walk(database, keys, options);
  let problem: ChainProblem | undefined;
  try {
    problem = await walk.find();
  } catch (error) {
    if (!(error instanceof AuditChainBroken)) throw error;
    problem = { kind: "state", seq: undefined, id: undefined, message: error.message };
  }
  return { verified: walk.verified, head: walk.place, unchained: await database.run(countUnchained()), problem };
}

/** Reads the place that a checkpoint keeps: the end of the chain. `undefined` if there is none yet. */
export function* readCheckpoint(keys: IdentityKeys): Work<Checkpoint | undefined> {
  return (yield* loadState(keys))?.head;
}

/** One verification. */
class Walk {
  verified = 0;
  /** After the last event that is proved. */
  place: ChainPlace | undefined;
  readonly #database: Database;
  readonly #keys: IdentityKeys;
  readonly #options: VerifyOptions;
  #hasMetCheckpoint = false;

  constructor(database: Database, keys: IdentityKeys, options: VerifyOptions) {
    this.#database = database;
    this.#keys = keys;
    this.#options = options;
  }

  async find(): Promise<ChainProblem | undefined> {
    const begin = await this.#state();
    if (begin === undefined) return this.#checkCheckpoint(0);
    const first = this.#moveTo(begin.start);
    return first ?? (await this.#added(beforeStart)) ?? (await this.#follow(begin)) ?? (await this.#added(afterHead));
  }

  /** Follows the chain to its end. The service may add events at the end and remove them at the begin meanwhile. */
  async #follow(begin: ChainState): Promise<ChainProblem | undefined> {
    const { pageSize = 1000, progress = () => {} } = this.#options;
    for (let [state, place] = [begin, begin.start]; ; place = this.place ?? place) {
      const page = await this.#database.run(readChain(place.seq, state.head.seq, pageSize));
      const wrong = this.#step(state, page);
      progress(this.verified, state.head.seq - begin.start.seq);
      if (isProblem(wrong)) return wrong;
      if (wrong === undefined && page.length > 0) continue;
      const reached = this.place ?? place;
      const upTo = state.head.seq;
      state = (await this.#state()) ?? state;
      if (state.start.seq > reached.seq) this.place = state.start;
      else if (wrong !== undefined) return this.#describe(state, reached, wrong);
      else if (reached.seq < upTo) return this.#describe(state, reached, undefined);
      else if (reached.seq === state.head.seq)
        return reached.hash === state.head.hash ? this.#checkCheckpoint(reached.seq) : changedHead();
    }
  }

  /** Moves on as far as the events are right. Returns the first one that is not. */
  #step(state: ChainState, page: readonly ChainedRow[]): ChainedRow | ChainProblem | undefined {
    for (const row of page) {
      if (this.place === undefined || !follows(state, this.place, row)) return row;
      this.verified += 1;
      const problem = this.#moveTo({ seq: row.seq, hash: row.hash, at: row.at });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Moves to a place that is proved, and compares it with the checkpoint. */
  #moveTo(place: ChainPlace): ChainProblem | undefined {
    const { checkpoint } = this.#options;
    if (checkpoint?.seq !== place.seq) {
      this.place = place;
      return undefined;
    }
    this.#hasMetCheckpoint = checkpoint.hash === place.hash;
    if (this.#hasMetCheckpoint || this.place === undefined) {
      this.place = place;
      return undefined;
    }
    return {
      kind: "checkpoint",
      seq: place.seq,
      id: undefined,
      message: `The events up to number ${place.seq} are not those of the checkpoint: they were replaced, or the chain was restarted`,
    };
  }

  /** Whether the checkpoint was met on the way to the end. */
  #checkCheckpoint(end: number): ChainProblem | undefined {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined || this.#hasMetCheckpoint) return undefined;
    if (checkpoint.seq > end) return removed(end + 1, checkpoint.seq, "according to the checkpoint");
    return {
      kind: "checkpoint",
      seq: checkpoint.seq,
      id: undefined,
      message:
        "Use a newer checkpoint: the chain begins after this one, because old events were removed or the chain was restarted",
    };
  }

  async #added(statement: Statement): Promise<ChainProblem | undefined> {
    const row = await this.#database.run(first(statement));
    const seq = row === undefined ? undefined : numberOrNone(row, "seq");
    if (seq === undefined) return undefined;
    const message = `The event with the number ${seq} was added: the chain does not reach it`;
    return { kind: "added", seq, id: undefined, message };
  }

  /** Says what is wrong after a place. @param found the event that comes next instead */
  async #describe(state: ChainState, place: ChainPlace, found: ChainedRow | undefined): Promise<ChainProblem> {
    const seq = place.seq + 1;
    const inPlace = found?.seq === seq ? found : undefined;
    const rows = await this.#database.run(readChain(place.seq, Number.MAX_SAFE_INTEGER, farthestMove));
    const moved = rows.find((row) => {
      const hash = linkHash(keyFor(state, seq), place.hash, seq, row.columns);
      return row.seq !== seq && (hash === row.hash || hash === inPlace?.hash);
    });
    if (moved !== undefined) {
      const message = `The event with the number ${seq} was moved: it has the number ${moved.seq} now`;
      return { kind: "moved", seq, id: moved.id, message };
    }
    if (inPlace === undefined) return removed(seq, (found?.seq ?? state.head.seq + 1) - 1);
    const message = `The event with the number ${seq} (id ${inPlace.id}) was changed, or another one was put in its place`;
    return { kind: "changed", seq, id: inPlace.id, message };
  }

  #state(): Promise<ChainState | undefined> {
    return this.#database.run(loadState(this.#keys));
  }
}

function isProblem(value: ChainedRow | ChainProblem | undefined): value is ChainProblem {
  return value !== undefined && "kind" in value;
}

function removed(from: number, to: number, source = ""): ChainProblem {
  const which = from === to ? `The event with the number ${from} was` : `The events with the numbers ${from} to ${to} were`;
  return { kind: "removed", seq: from, id: undefined, message: [which, "removed", source].join(" ").trimEnd() };
}

function changedHead(): ChainProblem {
  const message = "The end of the chain was changed: the last event is not the one that the service wrote last";
  return { kind: "state", seq: undefined, id: undefined, message };
}
