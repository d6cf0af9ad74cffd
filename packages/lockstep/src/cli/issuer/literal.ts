/** Prints values as TypeScript that can be pasted into a program. */

/** TypeScript that is printed as it is. */
export class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The columns of printed declarations. */
const columns = 96;

/** Prints a value. Records and lists that do not fit into a line are broken into several. */
export function literal(value: unknown, indent = "", used = 0): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const parts = Array.isArray(value)
    ? value.map((each: unknown) => ["", each] as const)
    : Object.entries(value).map(([name, each]) => [`${nameOf(name)}: `, each] as const);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const space = Array.isArray(value) ? "" : " ";
  const line = `${open}${space}${parts.map(([name, each]) => name + literal(each)).join(", ")}${space}${close}`;
  if (parts.length === 0) return `${open}${close}`;
  if (!line.includes("\n") && indent.length + used + line.length <= columns) return line;
  const inner = `${indent}  `;
  return `${open}\n${parts.map(([name, each]) => `${inner}${name}${literal(each, inner, name.length + 1)},\n`).join("")}${indent}${close}`;
}

/** Prints a record with a member in each line. */
export function record(members: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(members).map(([name, each]) => `  ${nameOf(name)}: ${literal(each, "  ", name.length + 3)},\n`);
  return `{\n${lines.join("")}}`;
}

function nameOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
