/** `npm run check`: format, lint, types and packaging. */
import { binary, runSteps } from "./steps.ts";

runSteps([
  { name: "format", command: binary("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: binary("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "types", command: binary("tsc"), args: ["-p", "."] },
  { name: "declarations", command: binary("tsc"), args: ["-p", "packages/lockstep/tsconfig.build.json", "--noEmit"] },
  { name: "build", command: process.execPath, args: ["tools/build.ts"] },
  { name: "packaging", command: binary("publint"), args: ["--strict", "packages/lockstep"] },
]);
