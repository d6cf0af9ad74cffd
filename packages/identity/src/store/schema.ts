/**
 * The tables of identity. Their names begin with `identity_`, so an application can have its own tables beside them. Everything
 * that a client can present (session ids, refresh tokens, links, API keys, client secrets) is stored as a hash only; private keys
 * are sealed under `IDENTITY_KEY`. Times are milliseconds since 1970; NULL means that it has not happened.
 */
import type { Schema } from "./migration.ts";
import { sql } from "./statement.ts";

/** All tables of identity. */
export const identitySchema: Schema = {
  name: "identity",
  migrations: [
    [
      sql(`
        CREATE TABLE identity_accounts (
          id TEXT NOT NULL PRIMARY KEY,
          email TEXT,
          email_key TEXT UNIQUE,
          foreign_id TEXT UNIQUE,
          self_registered BIGINT NOT NULL DEFAULT 0 CHECK (self_registered IN (0, 1)),
          password_hash TEXT,
          created_at BIGINT NOT NULL,
          verified_at BIGINT,
          password_changed_at BIGINT,
          disabled_at BIGINT
        )`),
      sql("CREATE INDEX identity_accounts_by_time ON identity_accounts (created_at, id)"),

      // Whom an identity provider speaks of: an account has any number of these subjects, and a subject has one account. The id
      // is made of issuer, kind and subject.
      sql(`
        CREATE TABLE identity_subjects (
          id TEXT NOT NULL PRIMARY KEY,
          issuer TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('user', 'client', 'service')),
          subject TEXT NOT NULL,
          account_id TEXT NOT NULL REFERENCES identity_accounts (id) ON DELETE CASCADE,
          linked_by TEXT,
          created_at BIGINT NOT NULL
        )`),
      sql("CREATE INDEX identity_subjects_by_account ON identity_subjects (account_id)"),

      // The providers that this database has been used with, and how long their tokens may live. So a command or a node that does
      // not know a provider revokes its tokens for long enough.
      sql("CREATE TABLE identity_providers (issuer TEXT NOT NULL PRIMARY KEY, longest_token_seconds BIGINT NOT NULL)"),

      // A link that was sent by mail: to confirm an address, to reset a password, to accept an invitation. One row is one
      // attempt, spent by deleting it.
      sql(`
        CREATE TABLE identity_links (
          secret_hash TEXT NOT NULL PRIMARY KEY,
          purpose TEXT NOT NULL,
          account_id TEXT REFERENCES identity_accounts (id) ON DELETE CASCADE,
          email TEXT NOT NULL,
          password_hash TEXT,
          invited_by TEXT,
          created_at BIGINT NOT NULL,
          expires_at BIGINT NOT NULL
        )`),
      sql("CREATE INDEX identity_links_by_account ON identity_links (account_id)"),
      sql("CREATE INDEX identity_links_by_inviter ON identity_links (invited_by) WHERE invited_by IS NOT NULL"),
      // An address has one invitation at most.
      sql("CREATE UNIQUE INDEX identity_links_invitations ON identity_links (lower(email)) WHERE purpose = 'invite'"),
      sql("CREATE INDEX identity_links_by_expiry ON identity_links (expires_at)"),

      // An OAuth client. If its grants include client_credentials, it is a service account: it calls in its own name.
      sql(`
        CREATE TABLE identity_clients (
          id TEXT NOT NULL PRIMARY KEY,
          name TEXT NOT NULL,
          authentication TEXT NOT NULL CHECK (authentication IN ('none', 'client_secret_basic', 'private_key_jwt')),
          secret_hash TEXT,
          jwks TEXT,
          grants TEXT NOT NULL,
          scopes TEXT NOT NULL,
          introspects BIGINT NOT NULL DEFAULT 0 CHECK (introspects IN (0, 1)),
          created_by TEXT,
          created_at BIGINT NOT NULL,
          disabled_at BIGINT
        )`),
      sql("CREATE INDEX identity_clients_by_time ON identity_clients (created_at, id)"),

      // A sign-in: of a browser, found by its cookie, or of a program, found by its refresh tokens.
      sql(`
        CREATE TABLE identity_sessions (
          id TEXT NOT NULL PRIMARY KEY,
          kind TEXT NOT NULL CHECK (kind IN ('browser', 'tokens')),
          account_id TEXT NOT NULL REFERENCES identity_accounts (id) ON DELETE CASCADE,
          client_id TEXT,
          secret_hash TEXT UNIQUE,
          scope TEXT NOT NULL,
          user_agent TEXT,
          created_at BIGINT NOT NULL,
          authenticated_at BIGINT NOT NULL,
          seen_at BIGINT NOT NULL,
          expires_at BIGINT NOT NULL,
          ended_at BIGINT
        )`),
      sql("CREATE INDEX identity_sessions_by_account ON identity_sessions (account_id, ended_at)"),
      sql("CREATE INDEX identity_sessions_by_expiry ON identity_sessions (expires_at)"),
      sql("CREATE INDEX identity_sessions_by_end ON identity_sessions (ended_at) WHERE ended_at IS NOT NULL"),

      // The successor of a spent token is found by its hash, and can be derived again from the token itself. A spent token is
      // kept as long as its successor lives.
      sql(`
        CREATE TABLE identity_refresh_tokens (
          secret_hash TEXT NOT NULL PRIMARY KEY,
          session_id TEXT NOT NULL REFERENCES identity_sessions (id) ON DELETE CASCADE,
          created_at BIGINT NOT NULL,
          expires_at BIGINT NOT NULL,
          spent_at BIGINT,
          successor_hash TEXT,
          replayed_at BIGINT
        )`),
      sql("CREATE INDEX identity_refresh_tokens_by_session ON identity_refresh_tokens (session_id)"),
      sql("CREATE INDEX identity_refresh_tokens_by_expiry ON identity_refresh_tokens (expires_at)"),

      // A key has one owner: an account, a client, or somebody whom only the application knows. `created_by`,
      // `maker_session_id` and `maker_client_id` say who made the key, in which sign-in and through which client; `parent_id` is
      // the key that it replaced.
      sql(`
        CREATE TABLE identity_api_keys (
          id TEXT NOT NULL PRIMARY KEY,
          family_id TEXT NOT NULL,
          account_id TEXT REFERENCES identity_accounts (id) ON DELETE CASCADE,
          client_id TEXT REFERENCES identity_clients (id) ON DELETE CASCADE,
          external_owner TEXT,
          name TEXT NOT NULL,
          secret_hash TEXT NOT NULL,
          scope TEXT NOT NULL,
          created_by TEXT,
          maker_session_id TEXT,
          maker_client_id TEXT,
          parent_id TEXT,
          created_at BIGINT NOT NULL,
          expires_at BIGINT,
          rotated_at BIGINT,
          revoked_at BIGINT,
          used_at BIGINT,
          CHECK (
            CASE WHEN account_id IS NULL THEN 0 ELSE 1 END + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END
            + CASE WHEN external_owner IS NULL THEN 0 ELSE 1 END = 1)
        )`),
      sql("CREATE INDEX identity_api_keys_by_account ON identity_api_keys (account_id, created_at)"),
      sql("CREATE INDEX identity_api_keys_by_client ON identity_api_keys (client_id, created_at)"),
      sql("CREATE INDEX identity_api_keys_by_external_owner ON identity_api_keys (external_owner, created_at)"),
      sql("CREATE INDEX identity_api_keys_by_maker ON identity_api_keys (created_by)"),
      sql("CREATE INDEX identity_api_keys_by_maker_session ON identity_api_keys (maker_session_id)"),
      sql("CREATE INDEX identity_api_keys_by_maker_client ON identity_api_keys (maker_client_id)"),

      sql(`
        CREATE TABLE identity_signing_keys (
          kid TEXT NOT NULL PRIMARY KEY,
          algorithm TEXT NOT NULL,
          public_jwk TEXT NOT NULL,
          private_jwk TEXT NOT NULL,
          created_at BIGINT NOT NULL,
          signs_from BIGINT NOT NULL,
          signs_until BIGINT NOT NULL,
          published_until BIGINT NOT NULL,
          compromised_at BIGINT
        )`),

      // An entry gets its position in the log (`seq`) after the commit of its transaction. Until then it concerns every token.
      sql(`
        CREATE TABLE identity_revocations (
          id TEXT NOT NULL PRIMARY KEY,
          seq BIGINT,
          kind TEXT NOT NULL,
          key TEXT NOT NULL,
          at BIGINT NOT NULL,
          expires_at BIGINT NOT NULL
        )`),
      sql("CREATE UNIQUE INDEX identity_revocations_by_position ON identity_revocations (seq)"),
      sql("CREATE INDEX identity_revocations_by_key ON identity_revocations (kind, key, seq)"),
      sql("CREATE INDEX identity_revocations_by_expiry ON identity_revocations (expires_at)"),
      // One row. The transaction that assigns positions locks it, so they become visible in order.
      sql("CREATE TABLE identity_revocation_position (name TEXT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL)"),
      sql("INSERT INTO identity_revocation_position (name, seq) VALUES ('log', 0)"),

      // One row: the issuer of the tokens, written by the first start. Its name is fixed, so there is no second row.
      sql(`
        CREATE TABLE identity_issuer (
          name TEXT NOT NULL PRIMARY KEY CHECK (name = 'issuer'),
          url TEXT NOT NULL,
          since BIGINT NOT NULL
        )`),

      // Ids that may be used once: those of client assertions.
      sql("CREATE TABLE identity_spent (key_hash TEXT NOT NULL PRIMARY KEY, expires_at BIGINT NOT NULL)"),
      sql("CREATE INDEX identity_spent_by_expiry ON identity_spent (expires_at)"),

      // The costs of the stored password hashes (`account-table/password-cost.ts`).
      sql("CREATE TABLE identity_password_costs (cost TEXT NOT NULL PRIMARY KEY)"),

      // The throttle's counters on PostgreSQL (`throttle/counter.ts`); on SQLite it counts in memory.
      sql(`
        CREATE TABLE identity_throttle (
          key TEXT NOT NULL PRIMARY KEY,
          failures BIGINT NOT NULL,
          ends_at BIGINT NOT NULL,
          held_until BIGINT NOT NULL,
          minute BIGINT NOT NULL,
          flights BIGINT NOT NULL,
          earlier BIGINT NOT NULL,
          refusals BIGINT NOT NULL,
          expires_at BIGINT NOT NULL
        )`),
      sql("CREATE INDEX identity_throttle_by_expiry ON identity_throttle (expires_at)"),

      sql(`
        CREATE TABLE identity_audit_events (
          id TEXT NOT NULL PRIMARY KEY,
          at BIGINT NOT NULL,
          type TEXT NOT NULL,
          outcome TEXT NOT NULL,
          subject TEXT,
          request_id TEXT,
          details TEXT NOT NULL,
          seq BIGINT,
          hash TEXT
        )`),
      sql("CREATE INDEX identity_audit_events_by_time ON identity_audit_events (at, id)"),
      sql("CREATE INDEX identity_audit_events_by_subject ON identity_audit_events (subject, at)"),
      // An event has no number until it is part of the chain. Two partial indexes: with one of all rows, SQLite would find the
      // events without a number in it, and sort them all.
      sql("CREATE UNIQUE INDEX identity_audit_events_by_seq ON identity_audit_events (seq) WHERE seq IS NOT NULL"),
      sql("CREATE INDEX identity_audit_events_unchained ON identity_audit_events (at, id) WHERE seq IS NULL"),
      // The begin and the end of the chain of events, and its keys, which are sealed.
      sql(`
        CREATE TABLE identity_audit_chain (
          name TEXT NOT NULL PRIMARY KEY,
          seq BIGINT NOT NULL,
          hash TEXT NOT NULL,
          proof TEXT NOT NULL,
          at BIGINT NOT NULL
        )`),
    ],
  ],
};
