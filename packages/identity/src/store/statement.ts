/**
 * One portable SQL text for every database, and work made of several. Texts use what SQLite and PostgreSQL share: TEXT ids,
 * BIGINT milliseconds, 0/1 flags, JSON as TEXT, `RETURNING`, `ON CONFLICT`; parameters are named (`:id`). What a client sends
 * is always a parameter, never a part of a text.
 */

/** What a column or a parameter holds. */
export type SqlValue = string | number | null;

/** A row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** The parameters of a statement, by name: exactly those of its text. */
export type Parameters = Readonly<Record<string, SqlValue>>;

/** A statement: written once, when a module loads, and prepared once on each connection. */
export interface Statement {
  /** With named parameters, as SQLite takes it. */
  readonly text: string;
  /** With numbered parameters, as PostgreSQL takes it. */
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

/** Tells the listeners of a channel, on every node, once the transaction is committed. */
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

/** One step of work. Only a query gives rows. */
export type Step = Query | Notification | Lock;

/**
 * Work on a database: a generator of steps that a driver runs, SQLite without waiting and PostgreSQL on one connection. Work
 * is composed with `yield*`, so that a change and everything that must come with it stand in one transaction.
 */
export type Work<T> = Generator<Step, T, readonly Row[]>;

const parameter = /'[^']*'|:([a-z][A-Za-z0-9]*)/g;
let count = 0;

/**
 * Writes a statement. `:name` is a parameter; what stands in single quotes is left alone.
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
 * The values of a query, in the order of the statement's names.
 *
 * @throws TypeError for a parameter that is missing or too many, and for what the databases would keep differently: a number that
 * is not whole or is beyond 2^53, text with U+0000 or a lone surrogate. Bad input is refused earlier, by the rules for it.
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
  if (value === undefined) throw new TypeError(`The parameter :${name} of a statement has no value`);
  throw new TypeError(`The parameter :${name} of a statement is no null, whole number up to 2^53 or text without U+0000`);
}

/** PostgreSQL cannot hold U+0000, and a lone surrogate comes back as another character from either database. */
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
 * Tells the listeners of a channel once the transaction is committed. What is told twice in one transaction is heard once.
 *
 * @throws TypeError for a channel that is not named by up to 63 of a-z, 0-9 and _, and for a payload beyond 7,999 bytes
 */
export function* notify(channel: string, payload: string): Work<void> {
  if (!channelName.test(channel)) throw new TypeError("A channel is named by up to 63 of a-z, 0-9 and _, beginning with a letter");
  if (!isStorable(payload) || new TextEncoder().encode(payload).length > maxPayloadBytes) {
    throw new TypeError(`A notification is text of at most ${maxPayloadBytes} bytes, without U+0000`);
  }
  yield { kind: "notify", channel, payload };
}

/** Waits until no other transaction holds the lock of this name; it is held until the transaction ends, and refused outside of one. */
export function* lock(name: string): Work<void> {
  yield { kind: "lock", name };
}
