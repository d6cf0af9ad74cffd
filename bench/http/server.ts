/** The measured process: serves the targets, and answers each message with the CPU time of all its threads. */
import { build } from "./targets.ts";

const { app, targets } = await build();
const url = await app.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ url, targets });
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => void app.close());
