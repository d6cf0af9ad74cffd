/** The schemas that the core understands: any Standard Schema that has a JSON Schema. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

/**
 * A Standard Schema that has a JSON Schema: zod 4, arktype 2, or valibot through `toStandardJsonSchema()`. JSON Schema
 * is what makes objects strict and documents them.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** Any schema, for constraints. */
// A schema's input is checked by the schema itself; the constraint only has to accept every schema.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnySchema = Schema<any, any>;

/** What a schema accepts. */
export type InputOf<S extends AnySchema> = StandardSchemaV1.InferInput<S>;

/** The output type of a schema. */
export type OutputOf<S extends AnySchema> = StandardSchemaV1.InferOutput<S>;
