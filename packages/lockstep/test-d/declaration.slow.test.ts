/** The same with TypeScript 6. The quick tests, which are imported, run once more beside it. */
import { typescript6 } from "./compiler.ts";
import { testDeclarations } from "./declaration.test.ts";

testDeclarations(typescript6);
