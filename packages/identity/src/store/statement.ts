/**
 * SQL statements that run on every database, and work that is made of several. They use the features that SQLite and PostgreSQL
 * share: TEXT ids, BIGINT milliseconds, 0/1 flags, JSON as TEXT, bytes as BYTEA, `RETURNING`, `ON CONFLICT`. Parameters are named
 * (`:id`). Input of a client is always a parameter and never a part of a statement.
 */

/** The value of a column or of a parameter. */
export type SqlValue = string | number | Uint8Array | null;

/** A row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** The parameters of a statement, by name: exactly those of its text. */
export type Parameters = Readonly<Record<string, SqlValue>>;

/** A statement: written once, when a module loads, and prepared once on each connection. */
export interface Statement {
  /** The text with named parameters, for SQLite. */
  readonly text: string;
  /** The text with numbered parameters, for PostgreSQL. */
  readonly numbered: string;
  /** The names, in the order of their numbers. */
  readonly names: readonly string[];
  /** Names the prepared statement. */
  readonly id: string;
}

/** A statement with its parameters. */
export interface Query {
  readonly kind: "query";
  readonly statement: Statement;
  readonly parameters: Parameters;
}

/** Notifies the listeners of a channel, on every node, once the transaction is committed. */
export interface Notification {
  readonly kind: "notify";
  readonly channel: string;
  readonly payload: string;
}

/** Waits for a lock of this name, which one transaction at a time holds until its end. */
export interface Lock {
  readonly kind: "lock";
  readonly name: string;
}

/** Runs more work once the transaction is committed. */
export interface AfterCommit {
  readonly kind: "afterCommit";
  /** Identifies the work: transactions that name the same function share its runs. */
  readonly work: () => Work<unknown>;
}

/** One step of work. Only a query has rows. */
export type Step = Query | Notification | Lock | AfterCommit;

/**
 * Work on a database: a generator of steps that a driver runs, SQLite synchronously and PostgreSQL on one connection. Compose
 * work with `yield*`: a change and everything that belongs to it are then one transaction.
 */
export type Work<T> = Generator<Step, T, readonly Row[]>;

const parameter = /'[^']*'|:([a-z][A-Za-z0-9]*)/g;
let count = 0;

/**
 * Makes a statement. `:name` is a parameter, except inside single quotes.
 *
 * @example
 * ```ts
 * const findNote = sql("SELECT * FROM notes WHERE id = :id");
 * ```
 */
export function sql(text: string): Statement {
  const names: string[] = [];
  const numbered = text.replaceAll(parameter, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  count += 1;
  return Object.freeze({ text, numbered, names: Object.freeze(names), id: `lockstep_${count}` });
}

/**
 * The values of a query, in the order of the statement's parameters.
 *
 * @throws TypeError for a parameter that is missing or unknown, and for values that the two databases would store differently: a
 * number that is not whole or is beyond 2^53, text with U+0000 or a lone surrogate. Bad input of a client is refused before it
 * gets here.
 */
export function valuesOf({ statement: { names }, parameters }: Query): SqlValue[] {
  const values = names.map((name) => checkedValue(parameters[name], name));
  if (Object.keys(parameters).length > values.length)
    throw new TypeError("A statement was given a parameter that it does not have");
  return values;
}

function checkedValue(value: SqlValue | undefined, name: string): SqlValue {
  if (value === null || Number.isSafeInteger(value)) return value ?? null;
  if (typeof value === "string" && isStorable(value)) return value;
  if (value instanceof Uint8Array) return value;
  if (value === undefined) throw new TypeError(`Give the parameter :${name} of the statement a value`);
  throw new TypeError(
    `Give the parameter :${name} of the statement null, a whole number up to 2^53, bytes, or text without U+0000`,
  );
}

/** PostgreSQL cannot store U+0000, and both databases return a lone surrogate as another character. */
function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** The rows of a statement. */
export function* all(statement: Statement, parameters: Parameters = {}): Work<readonly Row[]> {
  return yield { kind: "query", statement, parameters };
}

/** The first row of a statement, if there is one. */
export function* first(statement: Statement, parameters: Parameters = {}): Work<Row | undefined> {
  const rows = yield { kind: "query", statement, parameters };
  return rows[0];
}

const channelName = /^[a-z][a-z0-9_]{0,62}$/;
const maxPayloadBytes = 7999;

/**
 * Notifies the listeners of a channel once the transaction is committed. Equal notifications of one transaction arrive once.
 *
 * @throws TypeError for a channel whose name is not 1 to 63 characters of a-z, 0-9 and _, and for a payload of more than 7,999
 * bytes
 */
export function* notify(channel: string, payload: string): Work<void> {
  if (!channelName.test(channel)) throw new TypeError("A channel is named by up to 63 of a-z, 0-9 and _, beginning with a letter");
  if (!isStorable(payload) || new TextEncoder().encode(payload).length > maxPayloadBytes) {
    throw new TypeError(`Notify with text of at most ${maxPayloadBytes} bytes, without U+0000`);
  }
  yield { kind: "notify", channel, payload };
}

/**
 * Waits until no other transaction holds the lock of this name, and holds it until its own transaction ends. Refused outside of
 * one.
 */
export function* lock(name: string): Work<void> {
  yield { kind: "lock", name };
}

/**
 * Runs work once the transaction is committed, before `transaction()` resolves. On PostgreSQL it is a transaction of its own, and
 * the transactions that commit meanwhile share the next one: a step that all of them need, and for which they would otherwise
 * wait for each other, happens once for many. On SQLite, where transactions never wait for each other, it is the end of the same
 * transaction.
 *
 * If it fails on PostgreSQL, `transaction()` resolves all the same: the transaction is committed. So somebody else must be able
 * to do this work later.
 *
 * @param work a function that is made once, when a module loads
 */
export function* afterCommit(work: () => Work<unknown>): Work<void> {
  yield { kind: "afterCommit", work };
}
