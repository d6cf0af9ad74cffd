/** `npm run build`: ESM JavaScript with declarations, in `dist/` of each package. */
import { rmSync } from "node:fs";
import { binary, root, runSteps } from "./steps.ts";

// Each package after those that it needs.
const packages = ["lockstep", "identity"];

for (const name of packages) rmSync(`${root}packages/${name}/dist`, { recursive: true, force: true });
await runSteps(
  packages.map((name) => ({ name: `build ${name}`, command: binary("tsc"), args: ["-p", `packages/${name}/tsconfig.build.json`] })),
);
