/** The same tests with TypeScript 6. The imported file runs its own tests again. */
import { typescript6 } from "../../packages/lockstep/test-d/compiler.ts";
import { testGallery } from "./gallery.test.ts";

testGallery(typescript6);
