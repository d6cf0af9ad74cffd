/** Prints the help, from the descriptions of the commands. */
import { commonOptions } from "./arguments.ts";
import type { Command } from "./command.ts";

/** Lists every command, one line each. */
export function overview(commands: readonly Command[]): string {
  return [
    "Usage: lockstep COMMAND [ARGUMENTS] [OPTIONS]",
    "",
    ...columns(commands.map((command) => [callOf(command), command.summary])),
    "",
    "`lockstep COMMAND --help` shows the options of a command.",
  ].join("\n");
}

/** Describes one command. */
export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions });
  return [
    `Usage: lockstep ${callOf(command)} [OPTIONS]`,
    "",
    `${command.summary}.`,
    "",
    ...columns(options.map(([name, { value, about }]) => [`--${name}${value === undefined ? "" : ` ${value}`}`, about])),
    ...(command.notes === undefined ? [] : ["", ...command.notes]),
  ].join("\n");
}

function callOf({ name, arguments: wanted = [] }: Command): string {
  return [name, ...wanted].join(" ");
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
