/* ledger/postgres_schema.c - the tables and functions on PostgreSQL, version by version. What was
 * released is never changed: a new version is a new step at the end. */
#include "ledger/postgres_priv.h"

#include "base/attr.h"
#include "base/err.h"

/* epoch and sequence are unsigned 64-bit numbers kept as the signed integer of the same bits. Sealed
 * bytes don't shrink, so nobody tries (EXTERNAL).
 *
 * Whoever writes takes the one row of change_count first. That makes positions and changes follow
 * the order of commits without a gap: a reader that has seen a position never meets a smaller one that
 * is new. An insert that finds the place taken gives the numbers back in the same transaction, which
 * nobody else has seen. As a side effect every call writes, so its commit waits for the
 * synchronous standby, and with it for all that it has read: what a crash of the server left committed
 * here and not there is never answered as if it were safe. */
static const char VERSION_1[] =
    "CREATE TABLE ledger_version(one integer PRIMARY KEY CHECK(one = 1), version integer NOT NULL);"
    "INSERT INTO ledger_version(one, version) VALUES(1, 0);"
    "CREATE TABLE entry("
    " position bigint PRIMARY KEY,"
    " id bytea NOT NULL UNIQUE CHECK(octet_length(id) = 16),"
    " kiosk text COLLATE \"C\" NOT NULL CHECK(kiosk <> ''),"
    " epoch bigint NOT NULL,"
    " sequence bigint NOT NULL,"
    " hash bytea NOT NULL CHECK(octet_length(hash) = 32),"
    " received_at bigint NOT NULL,"
    " state text NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'done', 'unread')),"
    " state_at bigint NOT NULL,"
    " state_by text NOT NULL DEFAULT '',"
    " receipt bytea,"
    " envelope bytea NOT NULL,"
    " UNIQUE(kiosk, epoch, sequence));"
    "ALTER TABLE entry ALTER COLUMN receipt SET STORAGE EXTERNAL,"
    " ALTER COLUMN envelope SET STORAGE EXTERNAL;"
    "CREATE TABLE quarantine("
    " number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " id bytea NOT NULL,"
    " kiosk text COLLATE \"C\" NOT NULL,"
    " epoch bigint NOT NULL,"
    " sequence bigint NOT NULL,"
    " hash bytea NOT NULL,"
    " received_at bigint NOT NULL,"
    " envelope bytea NOT NULL,"
    " UNIQUE(id, kiosk, epoch, sequence, hash));"
    "ALTER TABLE quarantine ALTER COLUMN envelope SET STORAGE EXTERNAL;"
    "CREATE TABLE change_count(one integer PRIMARY KEY CHECK(one = 1), count bigint NOT NULL,"
    " position bigint NOT NULL);"
    "INSERT INTO change_count(one, count, position) VALUES(1, 0, 0);"
    /* verdict: as enum ledger_verdict */
    "CREATE FUNCTION ledger_put(a_id bytea, a_kiosk text, a_epoch bigint, a_sequence bigint,"
    " a_hash bytea, a_time bigint, a_envelope bytea)"
    " RETURNS TABLE(verdict bigint, at bigint, received bigint, is_state text, is_at bigint,"
    " is_by text) LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " UPDATE change_count SET count = count + 1, position = position + 1"
    "  RETURNING position INTO STRICT at;"
    " INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at, state_at, "
    "envelope)"
    "  VALUES(at, a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_time, a_envelope)"
    "  ON CONFLICT DO NOTHING;"
    " IF FOUND THEN"
    "  RETURN QUERY SELECT 0::bigint, at, a_time, 'new'::text, a_time, ''::text;"
    "  RETURN;"
    " END IF;"
    " UPDATE change_count SET count = count - 1, position = position - 1;"
    " RETURN QUERY SELECT 1::bigint, e.position, e.received_at, e.state, e.state_at, e.state_by"
    "  FROM entry e WHERE e.id = a_id AND e.kiosk = a_kiosk AND e.epoch = a_epoch"
    "  AND e.sequence = a_sequence AND e.hash = a_hash AND e.envelope = a_envelope;"
    " IF FOUND THEN"
    "  RETURN;"
    " END IF;"
    " INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope)"
    "  VALUES(a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_envelope)"
    "  ON CONFLICT DO NOTHING;"
    " IF FOUND THEN"
    "  UPDATE change_count SET count = count + 1;"
    " END IF;"
    " RETURN QUERY SELECT 2::bigint, 0::bigint, 0::bigint, ''::text, 0::bigint, ''::text; "
    "END $$;"
    "CREATE FUNCTION ledger_receipt(a_id bytea) RETURNS SETOF bytea LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " UPDATE change_count SET count = count;"
    " RETURN QUERY SELECT receipt FROM entry WHERE id = a_id AND receipt IS NOT NULL; "
    "END $$;"
    "CREATE FUNCTION ledger_receipt_keep(a_id bytea, a_receipt bytea) RETURNS SETOF bytea"
    " LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " UPDATE entry SET receipt = a_receipt WHERE id = a_id AND receipt IS NULL;"
    " IF FOUND THEN"
    "  RETURN NEXT a_receipt;"
    " ELSE"
    "  RETURN QUERY SELECT * FROM ledger_receipt(a_id);"
    " END IF; "
    "END $$;"
    /* 1 when there is such an entry */
    "CREATE FUNCTION ledger_mark(a_id bytea, a_state text, a_by text, a_time bigint)"
    " RETURNS bigint LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " UPDATE change_count SET count = count + 1;"
    " UPDATE entry SET state = a_state, state_by = a_by, state_at = a_time"
    "  WHERE id = a_id AND state <> a_state;"
    " IF FOUND THEN"
    "  RETURN 1;"
    " END IF;"
    " UPDATE change_count SET count = count - 1;"
    " RETURN (SELECT count(*) FROM entry WHERE id = a_id); "
    "END $$;";

/* Decisions are only added; of a record's the newest stands. ruling: as enum ledger_ruling, no row when there is
 * no such record. */
static const char VERSION_2[] =
    "CREATE TABLE decision("
    " number bigint PRIMARY KEY,"
    " id bytea NOT NULL REFERENCES entry(id),"
    " state text NOT NULL CHECK(state IN ('booked', 'taken', 'open')),"
    " slot text COLLATE \"C\" NOT NULL CHECK(slot <> ''),"
    " seat bigint CHECK((seat IS NOT NULL) = (state = 'booked')),"
    " decided_at bigint NOT NULL,"
    " decided_by text NOT NULL,"
    " stands boolean NOT NULL DEFAULT true);"
    "CREATE UNIQUE INDEX decision_standing ON decision(id) WHERE stands;"
    "CREATE UNIQUE INDEX decision_seat ON decision(slot, seat) WHERE stands;"
    "CREATE INDEX decision_record ON decision(id, number);"
    "CREATE FUNCTION ledger_decide(a_id bytea, a_state text, a_slot text, a_time bigint, a_by text,"
    " a_seen bigint, a_places bigint) RETURNS TABLE(ruling bigint, d_number bigint, d_id bytea,"
    " d_state text, d_slot text, d_at bigint, d_by text) LANGUAGE plpgsql AS $$ "
    "DECLARE"
    " taken bigint[]; free bigint; "
    "BEGIN"
    " UPDATE change_count SET count = count + 1;"
    " IF NOT EXISTS (SELECT 1 FROM entry WHERE id = a_id) THEN"
    "  UPDATE change_count SET count = count - 1;"
    "  RETURN;"
    " END IF;"
    " d_id := a_id;"
    " SELECT number, state, slot, decided_at, decided_by"
    "  INTO d_number, d_state, d_slot, d_at, d_by"
    "  FROM decision WHERE id = a_id ORDER BY number DESC LIMIT 1;"
    " IF NOT FOUND THEN"
    "  d_number := 0; d_state := 'open'; d_slot := a_slot; d_at := 0; d_by := '';"
    " END IF;"
    " SELECT coalesce(array_agg(seat), '{}') INTO taken FROM decision"
    "  WHERE slot = a_slot AND stands AND seat IS NOT NULL AND id <> a_id;"
    " ruling := CASE WHEN d_state = a_state AND d_slot = a_slot THEN 1"
    "  WHEN d_number <> a_seen THEN 2"
    "  WHEN a_state = 'booked' AND cardinality(taken) >= a_places THEN 3 ELSE 0 END;"
    " IF ruling <> 0 THEN"
    "  UPDATE change_count SET count = count - 1;"
    "  RETURN NEXT;"
    "  RETURN;"
    " END IF;"
    " IF a_state = 'booked' THEN"
    "  SELECT min(s) INTO free FROM generate_series(1::bigint, cardinality(taken) + 1) s"
    "   WHERE s <> ALL(taken);"
    " END IF;"
    " UPDATE decision SET stands = false WHERE id = a_id AND stands;"
    " INSERT INTO decision(number, id, state, slot, seat, decided_at, decided_by)"
    "  SELECT coalesce(max(number), 0) + 1, a_id, a_state, a_slot, free, a_time, a_by FROM decision"
    "  RETURNING number, state, slot, decided_at, decided_by"
    "  INTO STRICT d_number, d_state, d_slot, d_at, d_by;"
    " RETURN NEXT; "
    "END $$;";

/* What kiosks say of themselves. ledger_point answers an enum ledger_point_verdict. Whoever finds the point stored takes
 * no lock; ledger_settle answers how many chains it settled. */
static const char VERSION_3[] =
    "CREATE TABLE chain("
    " kiosk text COLLATE \"C\" NOT NULL CHECK(kiosk <> ''),"
    " epoch bigint NOT NULL,"
    " size bigint NOT NULL CHECK(size >= 0),"
    " head bytea NOT NULL CHECK(octet_length(head) = 32),"
    " seen_at bigint NOT NULL,"
    " bytes bytea NOT NULL,"
    " alarms bigint NOT NULL DEFAULT 0,"
    " alarm_at bigint NOT NULL DEFAULT 0,"
    " alarm_size bigint,"
    " alarm_head bytea,"
    " alarm_bytes bytea CHECK((alarm_bytes IS NOT NULL) = (alarms > 0)),"
    " PRIMARY KEY(kiosk, epoch));"
    "CREATE TABLE report("
    " kiosk text COLLATE \"C\" PRIMARY KEY CHECK(kiosk <> ''),"
    " at bigint NOT NULL,"
    " bytes bytea NOT NULL);"
    "CREATE FUNCTION ledger_point(a_kiosk text, a_epoch bigint, a_size bigint, a_head bytea,"
    " a_time bigint, a_bytes bytea, a_late bigint) RETURNS bigint LANGUAGE plpgsql AS $$ "
    "DECLARE"
    " c chain; "
    "BEGIN"
    " SELECT * INTO c FROM chain WHERE kiosk = a_kiosk AND epoch = a_epoch;"
    " IF FOUND AND c.size = a_size AND c.head = a_head THEN"
    "  RETURN 1;"
    " END IF;"
    " UPDATE change_count SET count = count;"
    " INSERT INTO chain(kiosk, epoch, size, head, seen_at, bytes)"
    "  VALUES(a_kiosk, a_epoch, a_size, a_head, a_time, a_bytes) ON CONFLICT DO NOTHING;"
    " IF FOUND THEN"
    "  RETURN 0;"
    " END IF;"
    " SELECT * INTO STRICT c FROM chain WHERE kiosk = a_kiosk AND epoch = a_epoch;"
    " IF a_size > c.size THEN"
    "  UPDATE chain SET size = a_size, head = a_head, seen_at = a_time, bytes = a_bytes"
    "   WHERE kiosk = a_kiosk AND epoch = a_epoch;"
    "  RETURN 0;"
    " END IF;"
    " IF a_size = c.size AND a_head = c.head THEN"
    "  RETURN 1;"
    " END IF;"
    " IF a_size < c.size AND abs(a_time - c.seen_at) <= a_late THEN"
    "  RETURN 2;"
    " END IF;"
    " IF c.alarm_bytes IS DISTINCT FROM a_bytes THEN"
    "  UPDATE chain SET alarms = alarms + 1, alarm_size = a_size, alarm_head = a_head,"
    "   alarm_at = a_time, alarm_bytes = a_bytes WHERE kiosk = a_kiosk AND epoch = a_epoch;"
    "  UPDATE change_count SET count = count + 1;"
    " END IF;"
    " RETURN CASE WHEN a_size < c.size THEN 3 ELSE 4 END; "
    "END $$;"
    "CREATE FUNCTION ledger_settle(a_kiosk text, a_time bigint) RETURNS bigint"
    " LANGUAGE plpgsql AS $$ "
    "DECLARE"
    " settled bigint; "
    "BEGIN"
    " UPDATE change_count SET count = count + 1;"
    " " LEDGER_SETTLE("a_kiosk", "a_time") ";"
                                           " GET DIAGNOSTICS settled = ROW_COUNT;"
                                           " IF settled = 0 THEN"
                                           "  UPDATE change_count SET count = count - 1;"
                                           " END IF;"
                                           " RETURN settled; "
                                           "END $$;";

/* What the staff do with a record (sqlite.c, step 4). ledger_change answers an enum ledger_changed, NULL when there is no such
 * record. The act is written before the entry that it speaks of, so the row of the entry is what a trigger can look at. */
static const char VERSION_4[] =
    "CREATE TABLE act("
    " number bigint PRIMARY KEY,"
    " id bytea NOT NULL REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED,"
    " kind text NOT NULL CHECK(kind IN ('state', 'holder', 'note')),"
    " value text NOT NULL,"
    " acted_at bigint NOT NULL,"
    " acted_by text NOT NULL);"
    "CREATE INDEX act_record ON act(id, number);"
    "INSERT INTO act(number, id, kind, value, acted_at, acted_by)"
    " SELECT row_number() OVER (ORDER BY state_at, position), id, 'state', 'done', state_at, "
    "state_by"
    " FROM entry WHERE state = 'done';"
    "CREATE FUNCTION ledger_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM entry WHERE id = OLD.id) THEN"
    "  RAISE EXCEPTION 'acts are only added';"
    " END IF;"
    " RETURN OLD; "
    "END $$;"
    "CREATE TRIGGER act_stays BEFORE UPDATE OR DELETE ON act"
    " FOR EACH ROW EXECUTE FUNCTION ledger_act_guard();"
    "DROP FUNCTION ledger_mark(bytea, text, text, bigint);"
    "ALTER TABLE entry DROP CONSTRAINT entry_state_check;"
    "UPDATE entry SET state = 'new' WHERE state = 'unread';"
    "ALTER TABLE entry ADD CONSTRAINT entry_state_check"
    " CHECK(state IN ('new', 'work', 'papers', 'done', 'back')),"
    " ADD COLUMN holder text COLLATE \"C\" NOT NULL DEFAULT '';"
    "CREATE INDEX entry_state ON entry(state, position);"
    "CREATE INDEX entry_held ON entry(holder, position)"
    " WHERE holder <> '' AND state IN ('new', 'work', 'papers');"
    "CREATE TABLE state_count(state text PRIMARY KEY, count bigint NOT NULL CHECK(count >= 0));"
    "INSERT INTO state_count(state, count) SELECT s, (SELECT count(*) FROM entry WHERE state = s)"
    " FROM unnest(ARRAY['new', 'work', 'papers', 'done', 'back']) s;"
    "CREATE FUNCTION ledger_entry_count() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " IF TG_OP <> 'INSERT' THEN"
    "  UPDATE state_count SET count = count - 1 WHERE state = OLD.state;"
    " END IF;"
    " IF TG_OP <> 'DELETE' THEN"
    "  UPDATE state_count SET count = count + 1 WHERE state = NEW.state;"
    " END IF;"
    " RETURN NULL; "
    "END $$;"
    "CREATE TRIGGER entry_comes AFTER INSERT OR DELETE ON entry"
    " FOR EACH ROW EXECUTE FUNCTION ledger_entry_count();"
    "CREATE TRIGGER entry_state_moves AFTER UPDATE OF state ON entry"
    " FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION ledger_entry_count();"
    "CREATE FUNCTION ledger_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " IF NEW.state <> OLD.state AND NEW.state IS DISTINCT FROM (SELECT value FROM act"
    "  WHERE id = NEW.id AND kind = 'state' ORDER BY number DESC LIMIT 1) OR"
    "  NEW.holder <> OLD.holder AND NEW.holder IS DISTINCT FROM (SELECT value FROM act"
    "  WHERE id = NEW.id AND kind = 'holder' ORDER BY number DESC LIMIT 1) THEN"
    "  RAISE EXCEPTION 'no act says so';"
    " END IF;"
    " RETURN NEW; "
    "END $$;"
    "CREATE TRIGGER entry_by_act BEFORE UPDATE OF state, holder ON entry"
    " FOR EACH ROW EXECUTE FUNCTION ledger_entry_guard();";

static const char VERSION_4_CHANGE[] =
    "CREATE FUNCTION ledger_act(a_id bytea, a_kind text, a_value text, a_time bigint, a_by text)"
    " RETURNS void LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " IF a_value IS NOT NULL THEN"
    "  INSERT INTO act(number, id, kind, value, acted_at, acted_by)"
    "   SELECT coalesce(max(number), 0) + 1, a_id, a_kind, a_value, a_time, a_by FROM act;"
    " END IF; "
    "END $$;"
    "CREATE FUNCTION ledger_change(a_id bytea, a_state text, a_holder text, a_note text,"
    " a_time bigint, a_by text, a_seen bigint) RETURNS bigint LANGUAGE plpgsql AS $$ "
    "DECLARE"
    " e entry; newest bigint; "
    "BEGIN"
    " UPDATE change_count SET count = count + 1;"
    " SELECT * INTO e FROM entry WHERE id = a_id;"
    " IF NOT FOUND THEN"
    "  UPDATE change_count SET count = count - 1;"
    "  RETURN NULL;"
    " END IF;"
    " a_state := nullif(a_state, e.state);"
    " a_holder := nullif(a_holder, e.holder);"
    " IF EXISTS (SELECT 1 FROM act WHERE id = a_id AND number > a_seen AND kind = 'note'"
    "  AND value = a_note AND acted_by = a_by) THEN"
    "  a_note := NULL;"
    " END IF;"
    " SELECT coalesce(max(number), 0) INTO newest FROM act WHERE id = a_id;"
    " IF a_state IS NULL AND a_holder IS NULL AND a_note IS NULL THEN"
    "  UPDATE change_count SET count = count - 1;"
    "  RETURN 1;"
    " END IF;"
    " IF (a_state IS NOT NULL OR a_holder IS NOT NULL) AND a_seen NOT IN (newest,"
    "  9223372036854775807) THEN"
    "  UPDATE change_count SET count = count - 1;"
    "  RETURN 2;"
    " END IF;"
    " PERFORM ledger_act(a_id, 'state', a_state, a_time, a_by);"
    " PERFORM ledger_act(a_id, 'holder', a_holder, a_time, a_by);"
    " PERFORM ledger_act(a_id, 'note', a_note, a_time, a_by);"
    " IF a_state IS NOT NULL THEN"
    "  UPDATE entry SET state = a_state, state_at = a_time, state_by = a_by WHERE id = a_id;"
    " END IF;"
    " IF a_holder IS NOT NULL THEN"
    "  UPDATE entry SET holder = a_holder WHERE id = a_id;"
    " END IF;"
    " RETURN 0; "
    "END $$;";

/* What stays of records whose data were deleted by rule (sqlite.c, step 5). A record that comes again is known by its line
 * of proof: not stored, and answered with a receipt that is made anew. */
#define STAYS(table)                                                                               \
    "CREATE TRIGGER " table "_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON " table                 \
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();"
static const char VERSION_5[] =
    "CREATE INDEX entry_over ON entry(state_at, position) WHERE state IN ('done', 'back');"
    "CREATE TABLE gone("
    " line bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " position bigint NOT NULL UNIQUE,"
    " id bytea NOT NULL UNIQUE CHECK(octet_length(id) = 16),"
    " kiosk text COLLATE \"C\" NOT NULL,"
    " epoch bigint NOT NULL,"
    " sequence bigint NOT NULL,"
    " hash bytea NOT NULL CHECK(octet_length(hash) = 32),"
    " received_at bigint NOT NULL,"
    " done_at bigint NOT NULL,"
    " deleted_at bigint NOT NULL,"
    " rule text NOT NULL CHECK(rule <> ''),"
    " number text COLLATE \"C\" NOT NULL,"
    " UNIQUE(kiosk, epoch, sequence));"
    "CREATE INDEX gone_number ON gone(number, line);"
    "CREATE TABLE sweep("
    " line bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " at bigint NOT NULL,"
    " trusted_at bigint NOT NULL,"
    " deleted bigint NOT NULL,"
    " word text NOT NULL);"
    "CREATE TABLE tally("
    " day text COLLATE \"C\" NOT NULL CHECK(length(day) = 10),"
    " procedure text COLLATE \"C\" NOT NULL,"
    " language text COLLATE \"C\" NOT NULL,"
    " kiosk text COLLATE \"C\" NOT NULL,"
    " assisted text COLLATE \"C\" NOT NULL,"
    " outcome text COLLATE \"C\" NOT NULL,"
    " records bigint NOT NULL CHECK(records > 0),"
    " minutes bigint NOT NULL,"
    " PRIMARY KEY(day, procedure, language, kiosk, assisted, outcome));"
    "CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN"
    " RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; "
    "END $$;" STAYS("gone") STAYS(
        "sweep") "CREATE OR REPLACE FUNCTION ledger_put(a_id bytea, a_kiosk text, a_epoch bigint,"
                 " a_sequence bigint, a_hash bytea, a_time bigint, a_envelope bytea)"
                 " RETURNS TABLE(verdict bigint, at bigint, received bigint, is_state text, is_at "
                 "bigint,"
                 " is_by text) LANGUAGE plpgsql AS $$ "
                 "BEGIN"
                 " UPDATE change_count SET count = count + 1, position = position + 1"
                 "  RETURNING position INTO STRICT at;"
                 " INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at, "
                 "state_at, "
                 "envelope)"
                 "  SELECT at, a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_time, "
                 "a_envelope"
                 "  WHERE NOT EXISTS (SELECT 1 FROM gone g WHERE g.id = a_id) AND NOT EXISTS "
                 "(SELECT 1 FROM gone g"
                 "   WHERE g.kiosk = a_kiosk AND g.epoch = a_epoch AND g.sequence = a_sequence)"
                 "  ON CONFLICT DO NOTHING;"
                 " IF FOUND THEN"
                 "  RETURN QUERY SELECT 0::bigint, at, a_time, 'new'::text, a_time, ''::text;"
                 "  RETURN;"
                 " END IF;"
                 " UPDATE change_count SET count = count - 1, position = position - 1;"
                 " RETURN QUERY SELECT 1::bigint, e.position, e.received_at, e.state, e.state_at, "
                 "e.state_by"
                 "  FROM entry e WHERE e.id = a_id AND e.kiosk = a_kiosk AND e.epoch = a_epoch"
                 "  AND e.sequence = a_sequence AND e.hash = a_hash AND e.envelope = a_envelope"
                 "  UNION ALL SELECT 1::bigint, g.position, g.received_at, 'deleted'::text, "
                 "g.deleted_at, ''::text"
                 "  FROM gone g WHERE g.id = a_id AND g.kiosk = a_kiosk AND g.epoch = a_epoch"
                 "  AND g.sequence = a_sequence AND g.hash = a_hash;"
                 " IF FOUND THEN"
                 "  RETURN;"
                 " END IF;"
                 " INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope)"
                 "  VALUES(a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_envelope)"
                 "  ON CONFLICT DO NOTHING;"
                 " IF FOUND THEN"
                 "  UPDATE change_count SET count = count + 1;"
                 " END IF;"
                 " RETURN QUERY SELECT 2::bigint, 0::bigint, 0::bigint, ''::text, 0::bigint, "
                 "''::text; "
                 "END $$;"
                 "CREATE OR REPLACE FUNCTION ledger_receipt_keep(a_id bytea, a_receipt bytea)"
                 " RETURNS SETOF bytea LANGUAGE plpgsql AS $$ "
                 "BEGIN"
                 " UPDATE entry SET receipt = a_receipt WHERE id = a_id AND receipt IS NULL;"
                 " IF FOUND THEN"
                 "  RETURN NEXT a_receipt;"
                 " ELSE"
                 "  RETURN QUERY SELECT * FROM ledger_receipt(a_id)"
                 "   UNION ALL SELECT a_receipt FROM gone g WHERE g.id = a_id;"
                 " END IF; "
                 "END $$;";

/* Step i, its parts in turn, brings version i to version i + 1; the numbers are those of SQLite's file (sqlite.c). */
static const char *const STEPS[][2] = {
    {VERSION_1}, {VERSION_2}, {VERSION_3}, {VERSION_4, VERSION_4_CHANGE}, {VERSION_5}};

/* 0 when there is no ledger in the first schema of the search path yet. */
static int
version_of(struct pg_ledger *pg, int64_t *ret_version)
{
    struct pg_rows *rows = NULL;
    *ret_version = 0;
    /* The table itself is asked, by a snapshot of now; a name that was looked up is remembered. */
    int r = pg_run(pg,
        "SELECT 1 FROM pg_class WHERE relname = 'ledger_version'"
        " AND relnamespace = current_schema()::regnamespace",
        &rows);
    bool is_there = r == 0 && pg_rows_count(rows) == 1;
    pg_rows_free(rows);
    if (!is_there) {
        return r;
    }
    rows = NULL;
    r = pg_run(pg, "SELECT version FROM ledger_version", &rows);
    size_t len;
    const char *digits = r == 0 && pg_rows_count(rows) == 1 ? pg_bytes(rows, 0, 0, &len) : NULL;
    if (r == 0) {
        *ret_version = digits != NULL ? strtoll(digits, NULL, 10) : 0; /* a text: pg_run asks so */
        r = *ret_version > 0 ? 0 : KERR_STORE;
    }
    pg_rows_free(rows);
    return r;
}

/* Inside a transaction, the only one of its kind. */
static int
migrate(struct pg_ledger *pg)
{
    int64_t version = 0;
    int r = version_of(pg, &version);
    while (r == 0 && version < (int64_t)ARRAY_LEN(STEPS)) {
        for (size_t i = 0; r == 0 && i < ARRAY_LEN(STEPS[0]) && STEPS[version][i] != NULL; i++) {
            r = pg_run(pg, STEPS[version][i], NULL);
        }
        version++;
        char mark[64];
        (void)snprintf(mark, sizeof(mark), "UPDATE ledger_version SET version = %d", (int)version);
        r = r == 0 ? pg_run(pg, mark, NULL) : r;
    }
    return r == 0 && version > (int64_t)ARRAY_LEN(STEPS) ? KERR_STORE_VERSION : r;
}

int
pg_schema(struct pg_ledger *pg)
{
    int64_t version = 0;
    int r = version_of(pg, &version);
    if (r < 0 || version == (int64_t)ARRAY_LEN(STEPS)) {
        return r;
    }
    /* Two openers may meet here: the second waits, and finds it done. The number is ours ("MDL1"). */
    r = pg_run(pg, "BEGIN; SELECT pg_advisory_xact_lock(1296321585)", NULL);
    r = r == 0 ? migrate(pg) : r;
    r = r == 0 ? pg_run(pg, "COMMIT", NULL) : r;
    return r; /* after an error the line is dropped, and the transaction with it */
}
