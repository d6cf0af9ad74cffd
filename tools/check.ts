/** `npm run check`: format, lint, types and packaging. */
import { binary, runSteps } from "./steps.ts";

await runSteps([
  { name: "format", command: binary("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: binary("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "types", command: binary("tsc"), args: ["-p", "."] },
  // Declarations that cannot be made from one file alone fail here.
  { name: "build", command: process.execPath, args: ["tools/build.ts"] },
  { name: "packaging", command: binary("publint"), args: ["--strict", "packages/lockstep"] },
  { name: "packaging of identity", command: binary("publint"), args: ["--strict", "packages/identity"] },
]);
