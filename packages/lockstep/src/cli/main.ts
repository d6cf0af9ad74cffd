#!/usr/bin/env node
/** `lockstep`, the command line of the toolkit. */
import { run } from "./run.ts";

// A reader that stops early, such as `head`, is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.exitCode = await run(process.argv.slice(2), process);
