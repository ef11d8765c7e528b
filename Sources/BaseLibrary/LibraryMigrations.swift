import Storage

/// The tables of the base library and of the quality counters.
package enum LibraryMigrations {
  package static let name = "base library"
  package static let all = [
    Migration(
      number: 1, name: "entities, keys and notes",
      sql: """
        create table library_entity (
          id bytea primary key, kind text not null, revision bigint not null, state json not null)
          with (fillfactor = 70);
        create table library_key (key bytea primary key, entity bytea not null);
        create index library_key_entity on library_key (entity);
        create table library_note (
          event bytea not null, outcome text not null, field text not null, entity bytea not null,
          source text not null, schema text not null, version text not null,
          believed_source text not null, believed_version text not null, rule text not null,
          owner text not null, noted_at timestamptz not null,
          primary key (event, outcome, field, source));
        create index library_note_time on library_note (noted_at);
        \(write)
        """),
    Migration(
      number: 2, name: "quality counters",
      sql: """
        create table quality (
          day date not null, source text not null, schema text not null, measure text not null,
          name text not null, count bigint not null, total bigint not null, peak bigint not null,
          primary key (day, source, schema, measure, name)) with (fillfactor = 70);
        """),
  ]

  /// Writes a batch, or nothing where another lane was there since it was loaded: that raises a serialization
  /// failure (40001), after which the batch is loaded and decided anew.
  ///
  /// Rows are locked in the order of their ids, so that two lanes do not wait for each other in a circle. Plans are
  /// kept from when the tables were small, hence no sequential scans.
  private static let write = """
    create function library_write(
      ids bytea[], kinds text[], states text[], revisions bigint[],
      gone bytea[], gone_revisions bigint[], gone_into bytea[], keys bytea[], owners bytea[])
      returns void language plpgsql set enable_seqscan = off as $body$
    declare
      done bigint;
      touched bigint := 0;
    begin
      perform 1 from library_entity where id = any (ids || gone) order by id for update;
      update library_entity as e set state = given.state::json, revision = given.revision + 1
        from unnest(ids, states, revisions) as given(id, state, revision)
        where e.id = given.id and e.revision = given.revision;
      get diagnostics touched = row_count;
      insert into library_entity (id, kind, revision, state)
        select given.id, given.kind, 1, given.state::json
        from unnest(ids, kinds, states, revisions) as given(id, kind, state, revision)
        where given.revision = 0 order by given.id on conflict do nothing;
      get diagnostics done = row_count;
      if touched + done <> cardinality(ids) then
        raise exception 'an entity was changed by another lane' using errcode = '40001';
      end if;
      delete from library_entity as e using unnest(gone, gone_revisions) as given(id, revision)
        where e.id = given.id and e.revision = given.revision;
      get diagnostics done = row_count;
      if done <> cardinality(gone) then
        raise exception 'an entity was changed by another lane' using errcode = '40001';
      end if;
      update library_key as k set entity = given.entity
        from unnest(gone, gone_into) as given(id, entity) where k.entity = given.id;
      insert into library_key (key, entity)
        select given.key, given.entity from unnest(keys, owners) as given(key, entity)
        order by given.key on conflict do nothing;
      get diagnostics done = row_count;
      if done <> cardinality(keys) then
        raise exception 'a number was entered by another lane' using errcode = '40001';
      end if;
    end $body$;
    """
}
