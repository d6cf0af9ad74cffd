/** The same with TypeScript 6. The quick tests, which are imported, run once more beside it. */
import { typescript6 } from "../../packages/lockstep/test-d/compiler.ts";
import { testGallery } from "./gallery.test.ts";

testGallery(typescript6);
