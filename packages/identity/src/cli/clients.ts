/** Commands about clients of OAuth and service accounts. */
import { readFileSync } from "node:fs";
import type { Jwks } from "lockstep/jwt";
import { type Client, clientAuthentications, clientGrants } from "../client/client.ts";
import { Clients } from "../client/clients.ts";
import { byCommandLine, type Command, type Context } from "./command.ts";
import { Failure, WrongUsage } from "./failure.ts";
import { time } from "./output.ts";
import { changedOrNot, limitOption, list } from "./result.ts";

const change = { by: byCommandLine };

/** `clients …`. */
export const clientCommands: readonly Command[] = [
  {
    name: "clients list",
    summary: "List clients, by id",
    options: limitOption,
    run: async (given, context) => {
      const clients = new Clients(await context.settings());
      return list(given, (limit, after: Client | undefined) => clients.list({ limit, after: after?.id ?? "" }), {
        name: "clients",
        json: shown,
        columns: {
          id: ({ id }) => id,
          name: ({ name }) => name,
          authentication: ({ authentication }) => authentication,
          grants: ({ grants }) => grants.join(" "),
          scopes: ({ scopes }) => scopes.join(" "),
          introspects: ({ introspects }) => (introspects ? "yes" : "no"),
          disabled: ({ disabledAt }) => time(disabledAt),
        },
        whenEmpty: "There are no clients.",
      });
    },
  },
  {
    name: "clients create",
    summary: "Make a client; a secret is shown this once",
    options: {
      name: { value: "NAME", about: "For people" },
      id: { value: "ID", about: "3 to 64 lower-case letters, digits and hyphens (default: random)" },
      authentication: { value: "HOW", about: `One of: ${clientAuthentications.join(", ")}` },
      grants: { value: "LIST", about: `Some of: ${clientGrants.join(", ")}` },
      scopes: { value: "LIST", about: "What its tokens may have" },
      jwks: { value: "FILE", about: "The public keys of a private_key_jwt client, as a JWK set" },
      introspects: { about: "It may ask about every token" },
    },
    run: async (given, context) => {
      const scopes = given.words("scopes");
      const file = given.text("jwks");
      const id = given.text("id");
      const { client, secret } = await new Clients(await context.settings(scopes)).create({
        name: given.required("name"),
        authentication: given.oneOf("authentication", clientAuthentications),
        grants: grantsOf(given.words("grants")),
        scopes,
        introspects: given.has("introspects"),
        ...(id === undefined ? {} : { id }),
        ...(file === undefined ? {} : { jwks: readJwks(file) }),
        ...change,
      });
      const made = `The client ${client.id} was made.`;
      if (secret === undefined) return { json: shown(client), text: made };
      const text = `${made} Its secret is shown this once:\n${secret.reveal()}`;
      return { json: { ...shown(client), secret: secret.reveal() }, text };
    },
  },
  {
    name: "clients disable",
    summary: "Refuse every credential of a client, from now on",
    arguments: ["CLIENT"],
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      return changedOrNot({ id }, await clients.disable(id, change), {
        changed: `The client ${id} is disabled.`,
        before: `The client ${id} was disabled already.`,
      });
    },
  },
  {
    name: "clients enable",
    summary: "Let a client authenticate again; what was ended stays so",
    arguments: ["CLIENT"],
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      return changedOrNot({ id }, await clients.enable(id, change), {
        changed: `The client ${id} is enabled.`,
        before: `The client ${id} was not disabled.`,
      });
    },
  },
  {
    name: "clients replace-secret",
    summary: "Give a client another secret, which is shown this once; the old one is refused at once",
    arguments: ["CLIENT"],
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      const secret = await clients.replaceSecret(id, change);
      if (secret === undefined) throw new Failure(`The client ${id} has no secret`);
      return { json: { id, secret: secret.reveal() }, text: `The secret of ${id} is shown this once:\n${secret.reveal()}` };
    },
  },
  {
    name: "clients delete",
    summary: "Delete a client with its API keys; its sessions and tokens end",
    arguments: ["CLIENT"],
    options: { yes: { about: "Yes, delete it" } },
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      given.confirm(`This deletes the client ${id} with its API keys and ends its sessions`);
      if (!(await clients.delete(id, change))) throw new Failure("The client was deleted meanwhile");
      return { json: { id, deleted: true }, text: `The client ${id} was deleted.` };
    },
  },
];

/** A client by its id. @throws Failure where there is none */
export async function found(id: string, context: Context): Promise<{ readonly clients: Clients; readonly id: string }> {
  const clients = new Clients(await context.settings());
  if ((await clients.find(id)) === undefined)
    throw new Failure("There is no such client: give an id of `lockstep-identity clients list`");
  return { clients, id };
}

function grantsOf(words: readonly string[]): readonly (typeof clientGrants)[number][] {
  return words.map((word) => {
    const grant = clientGrants.find((each) => each === word);
    if (grant === undefined) throw new WrongUsage(`--grants are some of: ${clientGrants.join(", ")}`);
    return grant;
  });
}

function readJwks(file: string): Jwks {
  try {
    // What it holds is checked by `Clients`.
    return JSON.parse(readFileSync(file, "utf8")) as Jwks;
  } catch (error) {
    throw new Failure("The file of --jwks cannot be read as a JWK set", { cause: error });
  }
}

function shown({ createdAt, disabledAt, ...client }: Client) {
  return { ...client, createdAt: time(createdAt), disabledAt: time(disabledAt) };
}
