/**
 * The rooms of each package, from the bottom up. A room imports rooms below it only, types included, and rooms of one level do not import
 * each other; `npm run check` fails otherwise. This module owns the order and makes lint rules of it; ARCHITECTURE.md says what each room owns.
 */

/** A package whose folders have an order. */
export interface Building {
  /** Where its rooms are. */
  readonly folder: string;
  /**
   * The levels, from the bottom up. A room is a folder (`host/fetch` is a room of its own beside the files of `host`) or a file of the
   * package's root. What is not named here, `index.ts` for one, may import everything.
   */
  readonly levels: readonly (readonly string[])[];
}

/** The core. */
export const core: Building = {
  folder: "packages/lockstep/src",
  levels: [
    ["promise.ts", "brand.ts", "whereabouts.ts", "http"],
    ["callback.ts"],
    ["problem"],
    ["secret", "json"],
    ["outcome"],
    ["audit", "host", "schema"],
    ["dependency"],
    ["access", "input", "scheme", "token"],
    ["route"],
    ["openapi"],
    ["docs-ui"],
    ["host/fetch"],
    ["api"],
    ["host/fastify"],
    ["testing"],
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
    ["throttle"],
    ["password"],
    ["session"],
    ["client", "account"],
    ["issuer", "api-key"],
    ["grant", "caller", "admin"],
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

/** Files, and what they may not import. */
export interface RoomRule {
  readonly room: string;
  readonly files: string[];
  readonly forbidden: ForbiddenImport[];
}

/** For each room, its files and the imports that would point up or sideways. */
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

/** How a room names another that is in the same folder as itself, or in its own: the path does not show the folder. */
function nearby(room: string, other: string): string[] {
  const [parent = "", child] = other.split("/");
  const isNear = child !== undefined && room.split("/")[0] === parent;
  return isNear ? [`**/${child}/*.ts`] : [];
}
