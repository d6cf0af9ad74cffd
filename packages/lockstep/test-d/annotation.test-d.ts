/** Facts are invariant: no annotation widens them away or invents them. */
import { type Dependency, type Fact, get } from "lockstep";
import { activeUser, bare, client, currentUser, id, token, type User } from "./example.ts";

// The value widens, as values do.
export const named: Dependency<{ readonly name: string }, "credential" | "authenticated"> = client;
get("/a", { deps: { named } }, ({ named }) => named.name);

// A protection is not invented.
// @ts-expect-error is not assignable
export const invented: Dependency<{ id: string }, "authenticated"> = bare;
// @ts-expect-error is not assignable
export const everything: Dependency<{ id: string }, Fact> = bare;
// @ts-expect-error is not assignable
export const verified: Dependency<unknown, "credential" | "authenticated"> = token;
// @ts-expect-error is not assignable
export const scoped: Dependency<{ readonly name: string }, "credential" | "authenticated" | "scoped"> = client;
// A warning is not lost.
// @ts-expect-error is not assignable
export const checked: Dependency<string> = id;
// @ts-expect-error is not assignable
export const onlyParameter: Dependency<string, "param:id" | "input"> = id;
// @ts-expect-error is not assignable
export const checkedAlready: Dependency<string, "param:id" | "input" | "checked:path.id"> = id;
// @ts-expect-error is not assignable
export const renamed: Dependency<string, "object-id:path.other" | "param:id" | "input"> = id;
// @ts-expect-error is not assignable
export const anyId: Dependency<string, `object-id:${string}` | "param:id" | "input"> = id;
// Nor a protection: that would be safe, but a fact is what it is.
// @ts-expect-error is not assignable
export const less: Dependency<User, "authenticated"> = currentUser;
// @ts-expect-error is not assignable
export const none: Dependency<User> = activeUser;

// Through a function's parameter.
declare function take(dependency: Dependency<string>): void;
// @ts-expect-error is not assignable
take(id);
// Through an array, whose elements are one type.
const list: readonly (typeof bare | typeof activeUser)[] = [bare, activeUser];
// @ts-expect-error add an authenticated dependency or { public: "reason" }
for (const user of list) get("/a", { deps: { user } }, () => 1);
