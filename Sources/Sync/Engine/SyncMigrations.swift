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
        """),
    Migration(
      number: 2,
      name: "what cases are about, wait for and lock; included flows; operators' decisions",
      sql: """
        alter table flow_version add column included text not null default '{}';
        create table case_entity (
          key bytea not null, case_id text not null references case_record (id), kind text not null,
          primary key (key, case_id));
        create table entity_lock (
          key bytea primary key, case_id text not null references case_record (id));
        create index entity_lock_case on entity_lock (case_id);
        create table lock_wait (
          case_id text primary key references case_record (id), keys bytea[] not null,
          since timestamptz not null, turn bigint generated always as identity);
        create index lock_wait_keys on lock_wait using gin (keys);
        create table case_await (
          case_id text not null references case_record (id), step text not null, schema text not null,
          member text not null, key bytea not null, primary key (case_id, step));
        create index case_await_key on case_await (key);
        create index case_await_member on case_await (schema, member);
        create table case_decision (
          number bigint generated always as identity primary key,
          case_id text not null references case_record (id), step text not null,
          resolution text not null, reason text not null, evidence text not null,
          proposed_by text not null, proposed_at timestamptz not null,
          state text not null default 'open', decided_by text, decided_at timestamptz);
        create index case_decision_open on case_decision (case_id) where state = 'open';
        """),
    Migration(
      number: 3, name: "clocks of cases and steps, and the cards that follow from them",
      sql: """
        create table supervised_clock (
          case_id text not null references case_record (id), part text not null,
          department text not null, started_at timestamptz not null,
          turns timestamptz[] not null default '{}', stopped_at timestamptz,
          extended bigint not null default 0, issued text[] not null default '{}',
          used double precision, due timestamptz, primary key (case_id, part));
        -- One row a clock that has something before it; ended clocks are not in it.
        create index supervised_clock_due on supervised_clock (due) where due is not null;
        create index supervised_clock_started on supervised_clock (started_at);
        create table supervision_card (
          number bigint generated always as identity primary key,
          case_id text not null references case_record (id), part text not null,
          department text not null, colour text not null, issued_at timestamptz not null,
          revoked_at timestamptz, revoked_by text, reason text, unique (case_id, part, colour));
        create table supervision_extension (
          case_id text not null, part text not null, days bigint not null, reason text not null,
          approved_by text not null, approved_at timestamptz not null, primary key (case_id, part));
        """),
    // Far from the numbers of the cases' own tables, which grow beside it.
    Migration(
      number: 20, name: "cases that departments handle in their own systems",
      sql: """
        create table followed_case (
          system text not null, number text not null, department text not null, item text not null,
          state text, since timestamptz, changed_at timestamptz not null,
          primary key (system, number));
        create index followed_case_newest on followed_case (changed_at desc);
        create index followed_case_number on followed_case (number);
        -- All that was told, also what was stale or refused.
        create table followed_case_history (
          position bigint generated always as identity primary key,
          system text not null, number text not null, told text not null, at timestamptz not null,
          disposition text not null, before text, act text not null, heard_at timestamptz not null);
        create index followed_case_history_case
          on followed_case_history (system, number, position);
        """),
    Migration(
      number: 21, name: "the calendar that the clocks were made with",
      sql: """
        create table supervision_calendar (
          one_row boolean primary key default true check (one_row), edition text not null);
        """),
  ]
}
