/**
 * Counts how often one sign-in asks PostgreSQL. Of several sign-ins the one with the fewest statements counts: during the others,
 * something in the background asked as well.
 */
import { createApi, Redacted } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { openPostgres } from "lockstep-identity/postgres";
import pg from "pg";
import { startPostgres } from "../../tools/postgres.ts";

const password = "seventeen purple walruses";

/** The statements of some work: all of them, and how many of them came one after another. */
interface Asked {
  readonly statements: number;
  readonly inARow: number;
}

/** Counts the statements of every connection of this process, until it is stopped. */
class Statements {
  readonly #original = Object.getOwnPropertyDescriptor(pg.Client.prototype, "query");
  #statements = 0;
  #inARow = 0;
  #open = 0;

  constructor() {
    // The package's own method: counting its calls changes nothing else.
    const query = this.#original?.value as (...given: unknown[]) => unknown;
    const begin = (): void => {
      this.#statements += 1;
      if (this.#open === 0) this.#inARow += 1;
      this.#open += 1;
    };
    const end = (): void => void (this.#open -= 1);
    Object.assign(pg.Client.prototype, {
      query(this: pg.Client, ...given: unknown[]) {
        const last = given.at(-1);
        begin();
        if (typeof last === "function") {
          const done = (...results: unknown[]): unknown => {
            end();
            return last(...results);
          };
          return query.apply(this, [...given.slice(0, -1), done]);
        }
        const asked = query.apply(this, given);
        if (asked instanceof Promise) void asked.then(end, end);
        return asked;
      },
    });
  }

  async of(work: () => Promise<unknown>): Promise<Asked> {
    this.#statements = 0;
    this.#inARow = 0;
    await work();
    return { statements: this.#statements, inARow: this.#inARow };
  }

  stop(): void {
    if (this.#original !== undefined) Object.defineProperty(pg.Client.prototype, "query", { ...this.#original });
  }
}

/** Prints how many statements a sign-in takes, and how many round trips it waits for. */
export async function benchRoundTrips(): Promise<void> {
  const server = await startPostgres();
  const database = openPostgres(server.url);
  const auth = await identity({
    database,
    issuer: "https://as.test",
    audience: "api",
    key: generateIdentityKey(),
    scopes: { read: "Read" },
    mail: logMail(() => {}),
    audit: () => {},
  });
  const api = createApi({ title: "Round trips", version: "1", audit: () => {}, routes: [...auth.routes] });
  let client = 0;
  const fetch = serveFetch(api, { address: () => `10.0.0.${client}` });
  await auth.accounts.create({ email: "ada@example.com", password: new Redacted(password) });
  const signIn = async (word: string, { username = "ada@example.com", cookie = "" } = {}): Promise<Response> => {
    client += 1;
    const body = new URLSearchParams({ username, password: word });
    const headers = { "sec-fetch-site": "same-origin", cookie };
    return fetch(new Request("https://as.test/auth/session", { method: "POST", headers, body }));
  };
  const cookies = (await signIn(password)).headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  const device = cookies.find((cookie) => cookie.includes("device"));
  const statements = new Statements();
  console.log("\nOne sign-in at POST /auth/session on PostgreSQL: statements, and round trips that it waits for\n");
  console.log("| sign-in | statements | round trips |\n|---|---|---|");
  const print = async (name: string, work: (run: number) => Promise<unknown>): Promise<void> => {
    const runs: Asked[] = [];
    for (let run = 0; run < 9; run += 1) runs.push(await statements.of(() => work(run)));
    const [fewest] = runs.toSorted((one, other) => one.statements - other.statements || one.inARow - other.inARow);
    console.log(`| ${name} | ${fewest?.statements} | ${fewest?.inARow} |`);
  };
  try {
    await print("right password", () => signIn(password));
    await print("right password on a known device", () => signIn(password, { cookie: device ?? "" }));
    await print("wrong password", (run) => signIn("wrong", { username: `nobody-${run}@example.com` }));
    for (let count = 0; count < 5; count += 1) await signIn("wrong");
    await print("refused by the throttle", () => signIn("wrong"));
  } finally {
    statements.stop();
    await auth.close();
    await database.close();
    await server.stop();
  }
}
