/** A transaction around the request: it commits before the answer is sent, and a refusal or an error rolls it back. */
import { DatabaseSync } from "node:sqlite";
import { authenticate, body, createApi, get, httpBearer, post, problem, resource } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

const database = new DatabaseSync(":memory:");
database.exec("CREATE TABLE account (owner TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0)) STRICT");
database.exec("INSERT INTO account VALUES ('ann', 100), ('bob', 0)");

/** Tokens of the demo, new at each start. `02-bearer-jwt` shows real ones. */
export const tokens = { ann: crypto.randomUUID(), bob: crypto.randomUUID() };
const owners = new Map<string, { readonly id: string }>(Object.entries(tokens).map(([id, token]) => [token, { id }]));
const user = authenticate({ token: httpBearer() }, ({ token }) => owners.get(token.reveal()));

// There is one connection, so requests take turns. With a pool, take a connection here instead.
let lastTurn: Promise<void> = Promise.resolve();

const accounts = resource({}, async function* () {
  const before = lastTurn;
  const { promise, resolve: done } = Promise.withResolvers<void>();
  lastTurn = promise;
  await before;
  database.exec("BEGIN");
  try {
    yield {
      balance: (owner: string) => Number(database.prepare("SELECT balance FROM account WHERE owner = ?").get(owner)?.["balance"]),
      add: (owner: string, amount: number) =>
        database.prepare("UPDATE account SET balance = balance + ? WHERE owner = ?").run(amount, owner).changes === 1,
    };
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  } finally {
    done();
  }
});

const Transfer = z.object({ to: z.string(), amount: z.int().positive() });

export const api = createApi({
  title: "Transfers",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/balance", { deps: { user, accounts }, response: z.int() }, ({ user, accounts }) => accounts.balance(user.id)),
    post("/transfers", { deps: { user, accounts, transfer: body(Transfer) } }, ({ user, accounts, transfer: { to, amount } }) => {
      // The money is added before the balance is checked. If the transfer is refused, the rollback takes it back.
      if (!accounts.add(to, amount)) problem(409, "no_such_account", "The receiver has no account.");
      if (accounts.balance(user.id) < amount) problem(409, "not_enough", "There is not enough money.");
      accounts.add(user.id, -amount);
    }),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`, tokens);
}
