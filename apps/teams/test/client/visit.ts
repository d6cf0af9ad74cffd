/** What each client does with the API, and what it learns. */

/** How to reach the API. */
export interface Place {
  readonly url: string;
  readonly password: string;
  /** A project of another organisation. */
  readonly foreign: string;
}

/** What a visitor learned: the same with every client. */
export interface Learned {
  readonly organisations: readonly string[];
  readonly created: readonly [status: number, name: string];
  readonly projects: readonly string[];
  readonly refused: readonly [status: number, code: string];
  readonly missing: readonly [status: number, code: string];
  readonly invalid: readonly [status: number, pointer: string | undefined];
  readonly uploaded: readonly [status: number, name: string, type: string, size: number];
  readonly downloaded: readonly [status: number, text: string];
}

/** The file that is uploaded. */
export const note: File = new File(["Blue"], "note.txt", { type: "text/plain" });
