/** The scopes of the API. They limit what a credential may do. To administer, the user also needs the role `admin`. */
export const noteScopes = {
  "notes:read": "Read your notes",
  "notes:write": "Write, change and delete your notes",
  "notes:admin": "Administer users and notes",
} as const;

/** A scope of the API. */
export type NoteScope = keyof typeof noteScopes;
