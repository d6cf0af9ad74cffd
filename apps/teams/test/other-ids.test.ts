/** Every id of a request with that of another organisation, on SQLite. `access.slow.test.ts` does the same on PostgreSQL. */
import { after, suite } from "node:test";
import { testOtherIds } from "./matrix.fixture.ts";
import { startTeams } from "./teams.fixture.ts";

suite("ids of another organisation, on sqlite", () => testOtherIds(startTeams({ after }, "sqlite")));
