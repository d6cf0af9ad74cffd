/** Every route as everybody, and every id of another organisation, on PostgreSQL with row-level security. */
import { after, suite } from "node:test";
import { testMatrix, testOtherIds } from "./matrix.fixture.ts";
import { startTeams } from "./teams.fixture.ts";

const teams = startTeams({ after }, "postgres");
suite("every route as everybody, on postgres", () => testMatrix(teams));
suite("ids of another organisation, on postgres", () => testOtherIds(teams));
