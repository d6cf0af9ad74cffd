/** Commands for OAuth clients and service accounts. */
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
          "made by": ({ createdBy }) => createdBy ?? "",
          disabled: ({ disabledAt }) => time(disabledAt),
        },
        whenEmpty: "There are no clients.",
      });
    },
  },
  {
    name: "clients create",
    summary: "Make a client; its secret is shown once",
    options: {
      name: { value: "NAME", about: "A name for people" },
      id: { value: "ID", about: "3 to 64 lower-case letters, digits and hyphens (default: random)" },
      authentication: { value: "HOW", about: `One of: ${clientAuthentications.join(", ")}` },
      grants: { value: "LIST", about: `Any of: ${clientGrants.join(", ")}` },
      scopes: { value: "LIST", about: "The scopes that its tokens may have" },
      jwks: { value: "FILE", about: "The public keys of a private_key_jwt client, as a JWK set" },
      introspects: { about: "Let it introspect every token" },
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
      const text = `${made} Its secret is shown only once:\n${secret.reveal()}`;
      return { json: { ...shown(client), secret: secret.reveal() }, text };
    },
  },
  {
    name: "clients disable",
    summary: "Disable a client: all its credentials are refused from now on",
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
    summary: "Enable a disabled client; sessions and tokens that ended stay ended",
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
    summary: "Replace the secret of a client; the new one is shown once, and the old one is refused at once",
    arguments: ["CLIENT"],
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      const secret = await clients.replaceSecret(id, change);
      if (secret === undefined) throw new Failure(`Name a client that has a secret: ${id} has none`);
      return { json: { id, secret: secret.reveal() }, text: `The new secret of ${id} is shown only once:\n${secret.reveal()}` };
    },
  },
  {
    name: "clients delete",
    summary: "Delete a client with its API keys; its sessions and tokens end",
    arguments: ["CLIENT"],
    options: { yes: { about: "Confirm that the client is deleted" } },
    run: async (given, context) => {
      const { clients, id } = await found(given.at(0), context);
      given.confirm(`this deletes the client ${id} with its API keys and ends its sessions`);
      if (!(await clients.delete(id, change))) throw new Failure("The client was deleted in the meantime");
      return { json: { id, deleted: true }, text: `The client ${id} was deleted.` };
    },
  },
];

/**
 * Finds a client by its id.
 *
 * @throws Failure if there is none
 */
export async function found(id: string, context: Context): Promise<{ readonly clients: Clients; readonly id: string }> {
  const clients = new Clients(await context.settings());
  if ((await clients.find(id)) === undefined)
    throw new Failure("Pass an id from `lockstep-identity clients list`: there is no such client");
  return { clients, id };
}

function grantsOf(words: readonly string[]): readonly (typeof clientGrants)[number][] {
  return words.map((word) => {
    const grant = clientGrants.find((each) => each === word);
    if (grant === undefined) throw new WrongUsage(`--grants must be any of: ${clientGrants.join(", ")}`);
    return grant;
  });
}

function readJwks(file: string): Jwks {
  try {
    // `Clients` checks its contents.
    return JSON.parse(readFileSync(file, "utf8")) as Jwks;
  } catch (error) {
    throw new Failure("Write the file of --jwks as a JWK set: it cannot be read", { cause: error });
  }
}

function shown({ createdAt, disabledAt, ...client }: Client) {
  return { ...client, createdAt: time(createdAt), disabledAt: time(disabledAt) };
}
