-- A ledger as the third version of the schema made it, with what it may hold. Never changed: tests/ledger/test_versions.c
-- opens it with every later program.
BEGIN;
CREATE TABLE entry( position INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE CHECK(length(id) = 16), kiosk TEXT NOT NULL CHECK(length(kiosk) > 0), epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, hash BLOB NOT NULL CHECK(length(hash) = 32), received_at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'done', 'unread')), state_at INTEGER NOT NULL, state_by TEXT NOT NULL DEFAULT '', receipt BLOB, envelope BLOB NOT NULL, UNIQUE(kiosk, epoch, sequence)) STRICT;
CREATE TABLE quarantine( number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, kiosk TEXT NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, hash BLOB NOT NULL, received_at INTEGER NOT NULL, envelope BLOB NOT NULL, UNIQUE(id, kiosk, epoch, sequence, hash)) STRICT;
CREATE TABLE change_count(one INTEGER PRIMARY KEY CHECK(one = 1), count INTEGER NOT NULL) STRICT;
INSERT INTO change_count(one, count) VALUES(1, 0);
INSERT INTO entry(id, kiosk, epoch, sequence, hash, received_at, state, state_at, state_by, receipt, envelope) VALUES
 (x'01010101010101010101010101010101', 'kiosk-001', 7, 1, x'0101010101010101010101010101010101010101010101010101010101010101',
  1000, 'done', 1100, 'sato', x'7265636569707431', x'6f6e65'),
 (x'02020202020202020202020202020202', 'kiosk-001', -1, -1, x'0202020202020202020202020202020202020202020202020202020202020202',
  1001, 'new', 1001, '', NULL, x'74776f');
INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope) VALUES
 (x'01010101010101010101010101010101', 'kiosk-001', 7, 1, x'0909090909090909090909090909090909090909090909090909090909090909',
  1002, x'756e6f');
CREATE TABLE decision( number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL REFERENCES entry(id), state TEXT NOT NULL CHECK(state IN ('booked', 'taken', 'open')), slot TEXT NOT NULL CHECK(length(slot) > 0), seat INTEGER CHECK((seat IS NOT NULL) = (state = 'booked')), decided_at INTEGER NOT NULL, decided_by TEXT NOT NULL, stands INTEGER NOT NULL DEFAULT 1 CHECK(stands IN (0, 1))) STRICT;
CREATE UNIQUE INDEX decision_standing ON decision(id) WHERE stands = 1;
CREATE UNIQUE INDEX decision_seat ON decision(slot, seat) WHERE stands = 1;
CREATE INDEX decision_record ON decision(id, number);
INSERT INTO decision(id, state, slot, seat, decided_at, decided_by, stands) VALUES
 (x'02020202020202020202020202020202', 'taken', 'hall/2026-12-01/09:00', NULL, 1200, 'sato', 0),
 (x'02020202020202020202020202020202', 'booked', 'hall/2026-12-01/10:00', 1, 1300, 'sato', 1);
CREATE TABLE chain( kiosk TEXT NOT NULL CHECK(length(kiosk) > 0), epoch INTEGER NOT NULL, size INTEGER NOT NULL CHECK(size >= 0), head BLOB NOT NULL CHECK(length(head) = 32), seen_at INTEGER NOT NULL, bytes BLOB NOT NULL, alarms INTEGER NOT NULL DEFAULT 0, alarm_at INTEGER NOT NULL DEFAULT 0, alarm_size INTEGER, alarm_head BLOB, alarm_bytes BLOB CHECK((alarm_bytes IS NOT NULL) = (alarms > 0)), PRIMARY KEY(kiosk, epoch)) STRICT;
CREATE TABLE report( kiosk TEXT NOT NULL PRIMARY KEY CHECK(length(kiosk) > 0), at INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
INSERT INTO chain(kiosk, epoch, size, head, seen_at, bytes, alarms, alarm_at, alarm_size, alarm_head, alarm_bytes) VALUES
 ('kiosk-001', 7, 9, x'0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 1400, x'706f696e74', 1, 1500, 8, x'0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b', x'6f6c64');
INSERT INTO report(kiosk, at, bytes) VALUES('kiosk-001', 1600, x'7265706f7274');
UPDATE change_count SET count = 4;
PRAGMA application_id = 1296321585;
PRAGMA user_version = 3;
COMMIT;
