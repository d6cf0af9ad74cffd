/** The scopes of the API. They limit what a credential may do with notes; who may administer is a matter of the role. */
export const noteScopes = { "notes:read": "Read your notes", "notes:write": "Write, change and delete your notes" } as const;

/** A scope of the API. */
export type NoteScope = keyof typeof noteScopes;
