/** The same with TypeScript 6. The quick tests, which are imported, run once more beside it. */
import { typescript6 } from "./compiler.ts";
import { testTypes } from "./types.test.ts";

testTypes(typescript6);
