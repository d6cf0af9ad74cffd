/** Prints a new value for NOTES_SIGNING_KEY. */
import { generateSigningKey } from "lockstep/jwt";

console.log(JSON.stringify(await generateSigningKey("ES256")));
