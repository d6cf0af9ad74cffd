/** The lint configuration. `tools/rooms.ts` says which room of a package may import which. */
import { defineConfig } from "oxlint";
import { core, type ForbiddenImport, identity, roomRules } from "./tools/rooms.ts";

const everyRuntime: ForbiddenImport = {
  group: ["node:*", "node:*/*"],
  message: "The neutral core runs on every runtime: no node: module here.",
};

const noPackages: ForbiddenImport = {
  group: [
    "fastify",
    "hono",
    "express",
    "pino",
    "pg",
    "zod",
    "rate-limiter-flexible",
    "redis",
    "@fastify/busboy",
    "@opentelemetry/*",
    "fastify/*",
    "hono/*",
    "ws",
  ],
  message: "Only a host's own subpath imports the host; the core imports no other package.",
};

const ownFramework: ForbiddenImport = { group: ["hono", "express"], message: "A host imports its own framework only." };

const ownLimiter: ForbiddenImport = {
  group: ["fastify", "hono", "express", "pino", "pg", "redis"],
  message: "Rate limits import the package that counts only; the application opens pools and clients.",
};

const ownTelemetry: ForbiddenImport = {
  group: ["fastify", "hono", "express", "pino", "pg", "@opentelemetry/sdk-*", "@sentry/*"],
  message: "Telemetry imports the API of OpenTelemetry only; the application chooses the SDK.",
};

/** What a room of the core may not import from outside it. */
const outside: Readonly<Record<string, ForbiddenImport[]>> = {
  "host/fastify": [ownFramework],
  "host/websocket": [{ group: ["fastify", "hono", "express"], message: "It serves every host on Node.js: only ws is imported." }],
  multipart: [everyRuntime],
  "rate-limit": [everyRuntime, ownLimiter],
  opentelemetry: [everyRuntime, ownTelemetry],
  testing: [],
  cli: [noPackages],
};

function forbid(patterns: ForbiddenImport[]): "off" | ["error", { patterns: ForbiddenImport[] }] {
  return patterns.length === 0 ? "off" : ["error", { patterns }];
}

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node"],
  categories: {
    correctness: "error",
    suspicious: "error",
  },
  env: {
    es2024: true,
    node: true,
  },
  ignorePatterns: ["**/dist/**", "**/node_modules/**", "examples/insecure/**", "**/*.test-d.ts"],
  rules: {
    eqeqeq: "error",
    "no-control-regex": "off",
    "no-eval": "error",
    "no-new-func": "error",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "no-await-in-loop": "off",
    "max-lines": [
      "error",
      {
        max: 250,
        skipBlankLines: true,
        skipComments: true,
      },
    ],
    "max-lines-per-function": [
      "error",
      {
        max: 60,
        skipBlankLines: true,
        skipComments: true,
        IIFEs: false,
      },
    ],
    "max-params": [
      "error",
      {
        max: 5,
      },
    ],
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-floating-promises": [
      "error",
      {
        allowForKnownSafeCalls: [
          {
            from: "package",
            name: ["test", "describe", "it", "suite"],
            package: "node:test",
          },
        ],
      },
    ],
    "typescript/no-misused-promises": "error",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      {
        considerDefaultExhaustiveForUnions: true,
      },
    ],
    "typescript/consistent-type-imports": "error",
    "typescript/consistent-return": "off",
    "typescript/unbound-method": "off",
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/ban-ts-comment": "error",
    "import/no-default-export": "error",
    "import/no-namespace": "off",
    "import/no-cycle": "error",
    "import/no-unassigned-import": "off",
    "promise/always-return": "off",
    "promise/no-callback-in-promise": "off",
    "unicorn/no-thenable": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/prefer-add-event-listener": "off",
    "import/no-named-as-default-member": "off",
    "import/no-named-as-default": "off",
    "typescript/no-generated-empty-object-type": "off",
    "typescript/no-unnecessary-boolean-literal-compare": "off",
  },
  overrides: [
    ...roomRules(core).map(({ room, files, forbidden }) => ({
      files,
      rules: { "no-restricted-imports": forbid([...(outside[room] ?? [everyRuntime, noPackages]), ...forbidden]) },
    })),
    ...roomRules(identity).map(({ files, forbidden }) => ({ files, rules: { "no-restricted-imports": forbid(forbidden) } })),
    {
      // Reads the documentation's files; it is loaded only when one of them is requested.
      files: [`${core.folder}/docs-ui/assets.ts`],
      rules: { "no-restricted-imports": "off" },
    },
    {
      files: ["**/*.test.ts", "**/*.fixture.ts", "bench/**/*.ts", "tools/**/*.ts"],
      rules: { "no-restricted-imports": "off", "max-lines-per-function": "off", "max-lines": "off" },
    },
    { files: ["packages/lockstep/test-d/**"], rules: { "typescript/no-unnecessary-type-parameters": "off" } },
    {
      files: ["**/*.test.ts"],
      rules: { "typescript/no-misused-spread": "off", "typescript/restrict-template-expressions": "off" },
    },
    // Configuration files are read by their default export.
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
  ],
});
