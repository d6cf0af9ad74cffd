/** Shared by the listings: four people, their teams and notes, and an issuer's key. Kept in memory and created at each start. */
import { generateSigningKey, jwks, jwtIssuer, publicJwks, signingKey } from "lockstep/jwt";

export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: "user" | "editor" | "admin";
  readonly team: string;
  readonly isActive: boolean;
}

export interface Team {
  readonly id: string;
  readonly members: readonly string[];
}

export interface Note {
  readonly id: string;
  readonly ownerId: string;
  readonly team: string;
  readonly text: string;
}

export const users = new Map<string, User>(
  [
    { id: "alice", email: "alice@example.com", role: "user" as const, team: "red", isActive: true },
    { id: "bob", email: "bob@example.com", role: "editor" as const, team: "blue", isActive: true },
    { id: "carol", email: "carol@example.com", role: "admin" as const, team: "blue", isActive: true },
    { id: "dave", email: "dave@example.com", role: "user" as const, team: "red", isActive: false },
  ].map((user) => [user.id, user]),
);

export const teams = new Map<string, Team>(
  [
    { id: "red", members: ["alice", "dave"] },
    { id: "blue", members: ["bob", "carol"] },
  ].map((team) => [team.id, team]),
);

export const notes = new Map<string, Note>(
  [
    { id: "7d4b6f0e-1c1a-4a57-9a3e-0c5d1f2a3b4c", ownerId: "alice", team: "red", text: "Alice's note" },
    { id: "c0a8012e-5b7d-4e0f-8f6a-9d1e2f3a4b5c", ownerId: "bob", team: "blue", text: "Bob's note" },
  ].map((note) => [note.id, note]),
);

export const issuer = "https://login.example";
const key = signingKey(await generateSigningKey("ES256"));

/** The issuer's public keys. In production: `remoteJwks({ issuer })`. */
export const keys = jwks(publicJwks([key]));

const tokens = jwtIssuer({ issuer, audience: "notes", key, lifetimeSeconds: 600, typ: "at+jwt" });

/** Issues an access token, as the issuer would for a user who signed in. `more` are further claims. */
export async function tokenOf(user: string, scope = "notes:read notes:write", more: object = {}): Promise<string> {
  return tokens.issue({ ...more, sub: user, scope });
}
