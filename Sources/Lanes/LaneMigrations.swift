import Storage

/// The tables of every lane.
package enum LaneMigrations {
  package static let name = "lanes"
  package static let all = [
    Migration(
      number: 1, name: "inbox and ledger",
      sql: """
        create table inbox (
          key bytea not null, digest bytea not null, dead bool not null, period bigint not null,
          primary key (key, period)) partition by list (period);
        create table ledger (
          stage text not null, source text not null, hour timestamptz not null,
          accepted bigint not null, published bigint not null, duplicate bigint not null,
          dead bigint not null, redelivered bigint not null, outputs bigint not null,
          primary key (stage, source, hour),
          constraint ledger_is_balanced check (accepted = published + duplicate + dead));
        """)
  ]
}
