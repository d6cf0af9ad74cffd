/** Every route as everybody, on SQLite. `access.slow.test.ts` does the same on PostgreSQL. */
import { after, suite } from "node:test";
import { testMatrix } from "./matrix.fixture.ts";
import { startTeams } from "./teams.fixture.ts";

suite("every route as everybody, on sqlite", () => testMatrix(startTeams({ after }, "sqlite")));
