/** Text that people write. */
import { z } from "zod";

/** Text that both databases can store: PostgreSQL refuses U+0000. */
export const text = (maxLength: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\0]*$/, "contains U+0000")
    .meta({ examples: ["Some text"] });

/** The name of an organisation or a project. */
export const Named = z.object({ name: text(100) }).meta({ id: "Named" });
