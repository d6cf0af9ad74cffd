/**
 * The rooms of each package, from the bottom up. A room imports only rooms below it, types included, and rooms of one level do
 * not import each other. Otherwise `npm run check` fails. This module owns the order and turns it into lint rules.
 * ARCHITECTURE.md says what each room owns.
 */

/** A package whose folders have an order. */
export interface Building {
  /** The folder of its rooms. */
  readonly folder: string;
  /**
   * The levels, from the bottom up. A room is a folder (`host/fetch` is a room of its own beside the files of `host`) or a file
   * of the package's root. A file that is not named here, such as `index.ts`, may import everything.
   */
  readonly levels: readonly (readonly string[])[];
}

/** The rooms of the core. */
export const core: Building = {
  folder: "packages/lockstep/src",
  levels: [
    ["promise.ts", "brand.ts", "in-turn.ts", "whereabouts.ts", "http"],
    ["callback.ts"],
    ["problem"],
    ["secret", "json"],
    ["outcome"],
    ["audit", "host", "schema"],
    ["dependency"],
    ["access", "input", "scheme", "token"],
    ["multipart", "rate-limit"],
    ["route"],
    ["webhook", "oidc", "openapi", "opentelemetry"],
    ["docs-ui"],
    ["host/fetch", "host/websocket"],
    ["api"],
    ["host/fastify"],
    ["testing", "cli"],
  ],
};

/** The identity service. */
export const identity: Building = {
  folder: "packages/identity/src",
  levels: [
    ["mechanism", "problem", "secret", "principal"],
    ["store"],
    ["audit"],
    ["mail", "revocation"],
    ["account-table"],
    ["settings.ts"],
    ["lineage", "provider-event"],
    ["throttle"],
    ["password"],
    ["session"],
    ["client", "account"],
    ["issuer", "api-key"],
    ["grant", "caller", "admin"],
    ["provider"],
    ["options.ts"],
    ["identity.ts"],
    ["testing", "cli"],
  ],
};

/** A pattern of `no-restricted-imports`. */
export interface ForbiddenImport {
  readonly group: string[];
  readonly message: string;
}

/** The files of a room, and the imports that they may not have. */
export interface RoomRule {
  readonly room: string;
  readonly files: string[];
  readonly forbidden: ForbiddenImport[];
}

/** Returns a rule for each room: its files, and the imports that would point up or sideways. */
export function roomRules({ folder, levels }: Building): RoomRule[] {
  const all = levels.flat();
  // The files of `host` do not include those of `host/fetch`, if that is a room of its own.
  const filesOf = (room: string): string => {
    if (room.endsWith(".ts")) return room;
    return all.some((other) => other.startsWith(`${room}/`)) ? `${room}/*.ts` : `${room}/**/*.ts`;
  };
  return levels.flatMap((rooms, level) =>
    rooms.map((room) => ({
      room,
      files: [`${folder}/${filesOf(room)}`],
      forbidden: levels
        .slice(level)
        .flat()
        .filter((other) => other !== room)
        .map((other) => ({
          group: [`**/${filesOf(other)}`, ...nearby(room, other)],
          message: `Import downwards only: ${other} is not below ${room} (tools/rooms.ts).`,
        })),
    })),
  );
}

/**
 * Returns the patterns for a room that is near another: inside it, or in the same folder. Such an import does not name the
 * folder.
 */
function nearby(room: string, other: string): string[] {
  const [parent = "", child] = other.split("/");
  const isNear = child !== undefined && room.split("/")[0] === parent;
  return isNear ? [`**/${child}/*.ts`] : [];
}
