/** The measured process: it serves, and tells how much CPU all its threads have used when asked. */
import { build } from "./targets.ts";

const { app, targets } = await build();
const url = await app.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ url, targets });
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => void app.close());
