/** `npm run check`: format, lint, plain English, types and packaging. */
import { binary, runSteps } from "./steps.ts";

// The packages contain ES modules only, so attw does not check how CommonJS would load them.
const typesResolve = ["--profile", "esm-only", "--format", "table-flipped", "--no-color", "--no-summary", "--pack"];

await runSteps([
  { name: "format", command: binary("oxfmt"), args: ["--check", "."] },
  { name: "lint", command: binary("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "prose", command: process.execPath, args: ["tools/prose.ts"] },
  { name: "types", command: binary("tsc"), args: ["-p", "."] },
  // Declarations that need more than their own file fail here.
  { name: "build", command: process.execPath, args: ["tools/build.ts"] },
  ...["lockstep", "identity"].flatMap((name) => [
    { name: `packaging of ${name}`, command: binary("publint"), args: ["--strict", `packages/${name}`] },
    {
      name: `types of ${name} as an application resolves them`,
      command: binary("attw"),
      args: [...typesResolve, `packages/${name}`],
    },
  ]),
]);
