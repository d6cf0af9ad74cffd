#!/usr/bin/env node
/** `lockstep-identity`: the command line of an identity service, beside the processes that serve it. */
import { run } from "./run.ts";

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.exitCode = await run(process.argv.slice(2), process);
