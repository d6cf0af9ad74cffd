/** Text that people write. */
import { z } from "zod";

/** Text that both databases can store: without U+0000 and lone surrogates. */
export function text(maxLength: number): z.ZodString {
  const storable = z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\0\p{Surrogate}]*$/u, "contains a character that cannot be stored");
  return storable.meta({ examples: ["Some text"] });
}

/** The name of an organisation or a project. */
export const Named = z.object({ name: text(100) }).meta({ id: "Named" });
