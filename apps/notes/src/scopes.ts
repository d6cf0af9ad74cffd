/** The scopes of the API. They limit what a credential may do; who may administer is also a matter of the role. */
export const noteScopes = {
  "notes:read": "Read your notes",
  "notes:write": "Write, change and delete your notes",
  "notes:admin": "Administer users and notes",
} as const;

/** A scope of the API. */
export type NoteScope = keyof typeof noteScopes;
