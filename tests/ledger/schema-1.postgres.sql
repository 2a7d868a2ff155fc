-- A ledger on PostgreSQL as the first version of the schema made it, with what it may hold. Never changed: test_postgres.sh
-- opens it with every later program.
BEGIN;
CREATE TABLE ledger_version(one integer PRIMARY KEY CHECK(one = 1), version integer NOT NULL);
INSERT INTO ledger_version(one, version) VALUES(1, 0);
CREATE TABLE entry( position bigint PRIMARY KEY, id bytea NOT NULL UNIQUE CHECK(octet_length(id) = 16), kiosk text COLLATE "C" NOT NULL CHECK(kiosk <> ''), epoch bigint NOT NULL, sequence bigint NOT NULL, hash bytea NOT NULL CHECK(octet_length(hash) = 32), received_at bigint NOT NULL, state text NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'done', 'unread')), state_at bigint NOT NULL, state_by text NOT NULL DEFAULT '', receipt bytea, envelope bytea NOT NULL, UNIQUE(kiosk, epoch, sequence));
ALTER TABLE entry ALTER COLUMN receipt SET STORAGE EXTERNAL, ALTER COLUMN envelope SET STORAGE EXTERNAL;
CREATE TABLE quarantine( number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id bytea NOT NULL, kiosk text COLLATE "C" NOT NULL, epoch bigint NOT NULL, sequence bigint NOT NULL, hash bytea NOT NULL, received_at bigint NOT NULL, envelope bytea NOT NULL, UNIQUE(id, kiosk, epoch, sequence, hash));
ALTER TABLE quarantine ALTER COLUMN envelope SET STORAGE EXTERNAL;
CREATE TABLE change_count(one integer PRIMARY KEY CHECK(one = 1), count bigint NOT NULL, position bigint NOT NULL);
INSERT INTO change_count(one, count, position) VALUES(1, 0, 0);
CREATE FUNCTION ledger_put(a_id bytea, a_kiosk text, a_epoch bigint, a_sequence bigint, a_hash bytea, a_time bigint, a_envelope bytea) RETURNS TABLE(verdict bigint, at bigint, received bigint, is_state text, is_at bigint, is_by text) LANGUAGE plpgsql AS $$ BEGIN UPDATE change_count SET count = count + 1, position = position + 1  RETURNING position INTO STRICT at; INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at, state_at, envelope)  VALUES(at, a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_time, a_envelope)  ON CONFLICT DO NOTHING; IF FOUND THEN  RETURN QUERY SELECT 0::bigint, at, a_time, 'new'::text, a_time, ''::text;  RETURN; END IF; UPDATE change_count SET count = count - 1, position = position - 1; RETURN QUERY SELECT 1::bigint, e.position, e.received_at, e.state, e.state_at, e.state_by  FROM entry e WHERE e.id = a_id AND e.kiosk = a_kiosk AND e.epoch = a_epoch  AND e.sequence = a_sequence AND e.hash = a_hash AND e.envelope = a_envelope; IF FOUND THEN  RETURN; END IF; INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope)  VALUES(a_id, a_kiosk, a_epoch, a_sequence, a_hash, a_time, a_envelope)  ON CONFLICT DO NOTHING; IF FOUND THEN  UPDATE change_count SET count = count + 1; END IF; RETURN QUERY SELECT 2::bigint, 0::bigint, 0::bigint, ''::text, 0::bigint, ''::text; END $$;
CREATE FUNCTION ledger_receipt(a_id bytea) RETURNS SETOF bytea LANGUAGE plpgsql AS $$ BEGIN UPDATE change_count SET count = count; RETURN QUERY SELECT receipt FROM entry WHERE id = a_id AND receipt IS NOT NULL; END $$;
CREATE FUNCTION ledger_receipt_keep(a_id bytea, a_receipt bytea) RETURNS SETOF bytea LANGUAGE plpgsql AS $$ BEGIN UPDATE entry SET receipt = a_receipt WHERE id = a_id AND receipt IS NULL; IF FOUND THEN  RETURN NEXT a_receipt; ELSE  RETURN QUERY SELECT * FROM ledger_receipt(a_id); END IF; END $$;
CREATE FUNCTION ledger_mark(a_id bytea, a_state text, a_by text, a_time bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN UPDATE change_count SET count = count + 1; UPDATE entry SET state = a_state, state_by = a_by, state_at = a_time  WHERE id = a_id AND state <> a_state; IF FOUND THEN  RETURN 1; END IF; UPDATE change_count SET count = count - 1; RETURN (SELECT count(*) FROM entry WHERE id = a_id); END $$;
UPDATE ledger_version SET version = 1;
INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at, state, state_at, state_by, receipt, envelope) VALUES
 (1, '\x01010101010101010101010101010101', 'kiosk-001', 7, 1, '\x0101010101010101010101010101010101010101010101010101010101010101',
  1000, 'done', 1100, 'sato', '\x7265636569707431', '\x6f6e65'),
 (2, '\x02020202020202020202020202020202', 'kiosk-001', -1, -1, '\x0202020202020202020202020202020202020202020202020202020202020202',
  1001, 'new', 1001, '', NULL, '\x74776f');
INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope) VALUES
 ('\x01010101010101010101010101010101', 'kiosk-001', 7, 1, '\x0909090909090909090909090909090909090909090909090909090909090909',
  1002, '\x756e6f');
UPDATE change_count SET count = 4, position = 2;
COMMIT;
