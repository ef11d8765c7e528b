import Storage

/// The tables of every lane.
package enum LaneMigrations {
  package static let name = "lanes"
  package static let all = [
    Migration(
      number: 1, name: "inbox and ledger",
      sql: """
        create table inbox (
          key bytea not null, digest bytea not null, dead bool not null, replay bigint not null,
          period bigint not null, primary key (key, period)) partition by list (period);
        create table ledger (
          stage text not null, source text not null, hour timestamptz not null,
          accepted bigint not null, published bigint not null, duplicate bigint not null,
          dead bigint not null, redelivered bigint not null, outputs bigint not null,
          primary key (stage, source, hour),
          constraint ledger_is_balanced check (accepted = published + duplicate + dead));
        """),
    Migration(
      number: 2, name: "outbox",
      sql: """
        create table outbox (
          id bigint generated always as identity primary key, message_id text not null,
          exchange text not null, routing_key text not null, head bytea not null, body bytea not null,
          entered_at timestamptz not null default now());
        """),
  ]
}
