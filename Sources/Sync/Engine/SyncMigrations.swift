import Storage

/// The tables of the sync service.
package enum SyncMigrations {
  package static let name = "sync"
  package static let all = [
    Migration(
      number: 1, name: "cases, their history, and the flows they run on",
      sql: """
        create table flow_version (
          name text not null, version bigint not null, source text not null,
          primary key (name, version));
        create table case_record (
          id text primary key, key text not null unique, digest bytea not null,
          flow text not null, version bigint not null, application text not null,
          applicant text not null, traceparent text, state text not null, document text not null,
          due timestamptz, created_at timestamptz not null, changed_at timestamptz not null,
          foreign key (flow, version) references flow_version (name, version));
        -- One row a waiting case; ended cases are not in it.
        create index case_record_due on case_record (due) where due is not null;
        create index case_record_newest on case_record (created_at desc);
        create table case_history (
          case_id text not null references case_record (id), number bigint not null,
          at timestamptz not null, event text not null, said text not null,
          primary key (case_id, number));
        """)
  ]
}
