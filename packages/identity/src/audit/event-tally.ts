/**
 * Decides which events get a row each, and counts the others: one row says how many there were in a minute. So no number of
 * requests fills the table. Failures without a subject, which anyone can cause, are always counted; other events only above a
 * rate. Every type has limits of its own, so a flood of one type hides no other.
 */
import { indexed, type StoredEvent } from "./stored-event.ts";

/** The length of a minute, in milliseconds. */
export const minuteMs = 60_000;
/** Counting rows of one type that may begin at once, after a quiet time. */
export const mostCounters = 100;
/** Counting rows of one type that may begin in each further minute. */
export const countersEachMinute = 10;
/** Events of one type about one subject that get a row each in a minute. */
export const mostOfSubject = 60;
/** Types with limits of their own. Identity and the core have fewer; any further ones share the limits of the last. */
const mostTypes = 100;

/** Counts the events of one process. */
export class EventTally {
  readonly #rowsPerMinute: number;
  readonly #clock: () => number;
  readonly #types = new Map<string, TypeTally>();
  #beganAt: number;

  /**
   * @param rowsPerMinute events of one type that get a row each in a minute
   * @param clock milliseconds, from a clock that nobody sets
   */
  constructor(rowsPerMinute: number, clock: () => number) {
    this.#rowsPerMinute = rowsPerMinute;
    this.#clock = clock;
    this.#beganAt = clock();
  }

  /** Whether the minute is over. */
  get isOver(): boolean {
    return this.#minutes() > 0;
  }

  /** Returns `true` if the event gets a row of its own. Otherwise it is counted. `networkOf` names the client's network. */
  admits(event: StoredEvent, networkOf: () => string): boolean {
    const all = this.#ofType(event.type);
    if (!isAnonymousFailure(event) && all.hasRoom(event.subject, this.#rowsPerMinute)) return true;
    all.count(event, event.subject === undefined ? networkOf() : undefined);
    return false;
  }

  /** Returns a row for each group of events that was counted since the last call. A new minute begins if this one is over. */
  end(): readonly StoredEvent[] {
    const minutes = this.#minutes();
    this.#beganAt += minutes * minuteMs;
    return [...this.#types.values()].flatMap((all) => all.end(minutes));
  }

  #minutes(): number {
    return Math.max(0, Math.floor((this.#clock() - this.#beganAt) / minuteMs));
  }

  #ofType(type: string): TypeTally {
    const name = this.#types.has(type) || this.#types.size < mostTypes - 1 ? type : "(others)";
    const all = this.#types.get(name) ?? new TypeTally();
    this.#types.set(name, all);
    return all;
  }
}

/** Events that are counted. The row has the details of the first one. */
interface Group {
  readonly first: StoredEvent;
  readonly network: string | undefined;
  count: number;
  lastAt: number;
}

/** The events of one type in this minute. */
class TypeTally {
  readonly #groups = new Map<string, Group>();
  readonly #subjects = new Map<string, number>();
  #rows = 0;
  #mayBegin = mostCounters;
  /** Counts the events for which no group may begin. */
  #others: Group | undefined;

  /** Whether one more event about a subject gets a row of its own. */
  hasRoom(subject: string | undefined, rowsPerMinute: number): boolean {
    const of = subject === undefined ? undefined : indexed(subject);
    const before = of === undefined ? 0 : (this.#subjects.get(of) ?? 0);
    if (this.#rows >= rowsPerMinute || before >= mostOfSubject) return false;
    this.#rows += 1;
    if (of !== undefined) this.#subjects.set(of, before + 1);
    return true;
  }

  count(event: StoredEvent, network: string | undefined): void {
    const key = JSON.stringify([placeOf(event), network ?? null, event.subject === undefined ? null : indexed(event.subject)]);
    const group = this.#groups.get(key) ?? this.#begin(key, event, network);
    group.count += 1;
    group.lastAt = event.at;
  }

  /** Forgets the events, and returns a row for each group. */
  end(minutes: number): readonly StoredEvent[] {
    const rows = [...this.#groups.values()].map(rowOf);
    if (this.#others !== undefined) rows.push(rowOfOthers(this.#others));
    this.#groups.clear();
    this.#others = undefined;
    if (minutes === 0) return rows;
    this.#rows = 0;
    this.#subjects.clear();
    this.#mayBegin = Math.min(mostCounters, this.#mayBegin + minutes * countersEachMinute);
    return rows;
  }

  #begin(key: string, first: StoredEvent, network: string | undefined): Group {
    const group = { first, network, count: 0, lastAt: first.at };
    if (this.#mayBegin === 0) return (this.#others ??= group);
    this.#mayBegin -= 1;
    this.#groups.set(key, group);
    return group;
  }
}

function isAnonymousFailure({ subject, outcome }: StoredEvent): boolean {
  return subject === undefined && outcome === "failure";
}

/** What the client tried: the route, for events of an API. */
function placeOf({ details }: StoredEvent): unknown {
  return details["route"] ?? details["what"] ?? details["grant"] ?? details["method"] ?? null;
}

function rowOf({ first, network, count, lastAt }: Group): StoredEvent {
  const from = network === undefined ? {} : { network };
  return { ...first, details: { ...first.details, ...from, count, lastAt } };
}

/** These came from many networks or to many routes, so none of them is named. */
function rowOfOthers({ first, count, lastAt }: Group): StoredEvent {
  return { ...first, subject: undefined, requestId: undefined, details: { others: true, count, lastAt } };
}
