import { hostSuite } from "../../testing/index.ts";
import { serveFetch } from "./index.ts";
import { serveFetchFunction } from "./node-bridge.fixture.ts";

hostSuite("fetch", (api) => serveFetchFunction(serveFetch(api)));
