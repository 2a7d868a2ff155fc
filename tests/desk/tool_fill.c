/* tests/desk/tool_fill.c - for test_page.sh: makes a city's set-up in a folder and puts visits into
 * its ledger, as a kiosk and the intake would.
 *
 *   tool_fill HOME init PORT            keys, settings, staff (佐藤, a lead, and 鈴木 / naka-machi 5)
 *   tool_fill HOME put KIND [TIMES [AGO]]  resident, easy, move, hostile, broken, letters, room, visit, with, twin; AGO seconds ago;
 *                                       prints the numbers
 *   tool_fill HOME call KIOSK ID STATE  what a terminal says of a call for staff ("rings", "over"); prints how it stands
 *   tool_fill HOME day                  the day of the slot that a room asks for: ten days from now */
#include <time.h>

#include "desk/filled.h"

#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"

enum { RESIDENT_FEE = 600, SPREAD_S = 420, ROOM_AHEAD_S = 10 * 86400 };

static const struct filled_fact move[] = {
    {"applicant.name", "NGUYEN THI MAI", FACT_ORIGIN_CARD},
    {"applicant.address", "茨城県水戸市見本町1丁目4番1号", FACT_ORIGIN_CARD},
    {"applicant.birth", "1996-11-02", FACT_ORIGIN_CARD},
    {"applicant.sex", "female", FACT_ORIGIN_CARD},
    {"applicant.kana", "グエン　ティ　マイ", FACT_ORIGIN_PERSON},
    {"move.on", "2026-11-20", FACT_ORIGIN_PERSON},
    {"move.new-address", "茨城県日立市助川町4丁目5番6号　見本マンション202", FACT_ORIGIN_PERSON},
    {"move.old-address", "茨城県水戸市見本町1丁目4番1号", FACT_ORIGIN_DERIVED},
    {"move.head", "self", FACT_ORIGIN_PERSON},
    {"household.others", "2", FACT_ORIGIN_PERSON},
    {"household[1].name", "NGUYEN VAN AN", FACT_ORIGIN_PERSON},
    {"household[1].kana", "グエン　ヴァン　アン", FACT_ORIGIN_PERSON},
    {"household[1].birth", "1994-01-15", FACT_ORIGIN_PERSON},
    {"household[1].sex", "male", FACT_ORIGIN_PERSON},
    {"household[1].relationship", "spouse", FACT_ORIGIN_PERSON},
    {"household[2].name", "NGUYEN HANA", FACT_ORIGIN_PERSON},
    {"household[2].kana", "グエン　ハナ", FACT_ORIGIN_PERSON},
    {"household[2].birth", "2024-07-07", FACT_ORIGIN_PERSON},
    {"household[2].sex", "unknown", FACT_ORIGIN_PERSON},
    {"household[2].relationship", "child", FACT_ORIGIN_PERSON},
    {"move-in.transfer", "online", FACT_ORIGIN_PERSON},
    {"insurance.kind", "company", FACT_ORIGIN_PERSON},
    {"applicant.phone", "0294000001", FACT_ORIGIN_PERSON},
    {"move-in.together", "nhi-join", FACT_ORIGIN_PERSON},
    {"nhi-join.reason", "moved", FACT_ORIGIN_DERIVED},
};

/* Characters that CP932 can't hold, and words that a spreadsheet would take for a formula. */
static const struct filled_fact letters[] = {
    {"applicant.name", "𠮷田　辻󠄁子", FACT_ORIGIN_PERSON},
    {"applicant.address", "=HYPERLINK(\"http://evil.example\"),表\n〜2号 café", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1990-02-03", FACT_ORIGIN_PERSON},
    {"applicant.sex", "male", FACT_ORIGIN_PERSON},
    {"resident-record.purpose", "work", FACT_ORIGIN_PERSON},
    {"nobody.knows", "x", FACT_ORIGIN_DERIVED},
};

static const struct filled_fact twice[] = {
    {"applicant.name", "PARK JIWOO", FACT_ORIGIN_CARD},
    {"applicant.kana", "パク　ジウ", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1988-08-08", FACT_ORIGIN_CARD},
};

static char room_slot[64]; /* of a day to come: main() writes it */
static const struct filled_fact room[] = {
    {"applicant.name", "見本　太郎", FACT_ORIGIN_PERSON},
    {"applicant.phone", "0294000002", FACT_ORIGIN_PERSON},
    {"community-room.centre", "mihon", FACT_ORIGIN_PERSON},
    {"community-room.slot", room_slot, FACT_ORIGIN_PERSON},
    {"community-room.use", "club", FACT_ORIGIN_PERSON},
    {"community-room.people", "8", FACT_ORIGIN_PERSON},
};

static const struct {
    const char *name;
    struct filled_visit visit;
} kinds[] = {
    {"resident", {.procedure = "resident-record",
                     .language = "ja",
                     .fee = RESIDENT_FEE,
                     .facts = filled_resident,
                     .count = ARRAY_LEN(filled_resident)}},
    {"easy", {.procedure = "resident-record",
                 .language = "ja-easy",
                 .fee = RESIDENT_FEE,
                 .facts = filled_resident,
                 .count = ARRAY_LEN(filled_resident)}},
    {"move", {.procedure = "move-in",
                 .language = "en",
                 .fee = -1,
                 .facts = move,
                 .count = ARRAY_LEN(move)}},
    {"hostile", {.procedure = "resident-record",
                    .language = "ja",
                    .fee = RESIDENT_FEE,
                    .facts = filled_hostile,
                    .count = ARRAY_LEN(filled_hostile)}},
    {"letters", {.procedure = "resident-record",
                    .language = "ja",
                    .fee = RESIDENT_FEE,
                    .facts = letters,
                    .count = ARRAY_LEN(letters)}},
    {"room", {.procedure = "community-room",
                 .language = "pt-BR",
                 .fee = -1,
                 .facts = room,
                 .count = ARRAY_LEN(room)}},
    /* two records of one visit, and one of the same person and procedure as the first */
    {"visit", {.procedure = "move-in",
                  .language = "en",
                  .fee = -1,
                  .facts = twice,
                  .count = ARRAY_LEN(twice),
                  .visit = {1, 2, 3}}},
    {"with", {.procedure = "resident-record",
                 .language = "en",
                 .fee = RESIDENT_FEE,
                 .facts = twice,
                 .count = ARRAY_LEN(twice),
                 .visit = {1, 2, 3}}},
    {"twin", {.procedure = "move-in",
                 .language = "en",
                 .fee = -1,
                 .facts = twice,
                 .count = ARRAY_LEN(twice),
                 .visit = {4, 5, 6}}},
    {"broken", {.procedure = "resident-record",
                   .language = "ja",
                   .fee = RESIDENT_FEE,
                   .facts = filled_resident,
                   .count = ARRAY_LEN(filled_resident),
                   .harm = FILLED_NO_ENVELOPE}},
};

static int
init(const char *home, const char *port)
{
    char hash[SEAL_PASSWORD_HASH_MAX];
    AUTO_BUF conf;
    AUTO_BUF staff;
    buf_init(&conf, 4096);
    buf_init(&staff, 4096);
    (void)buf_printf(&conf, "desk-address=127.0.0.1\ndesk-port=%s\n", port);
    if (seal_password_hash("naka-machi 5", hash) < 0) {
        return 1;
    }
    (void)buf_printf(&staff, "佐藤:lead:%s\n鈴木:%s\n", hash, hash);
    char *conf_file = fs_join(home, "madoguchi.conf");
    char *staff_file = fs_join(home, "staff");
    int r = fs_write_atomic(conf_file, buf_str(&conf), conf.len, 0600);
    r = r == 0 ? fs_write_atomic(staff_file, buf_str(&staff), staff.len, 0600) : r;
    free(staff_file);
    free(conf_file);
    return r == 0 ? 0 : 1;
}

static int
put(struct filled *filled, const char *kind, long times, int64_t ago)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].name, kind) != 0) {
            continue;
        }
        for (long n = 0; n < times; n++) {
            uint8_t id[RECORD_ID_LEN];
            char number[RECORD_NUMBER_LEN];
            struct filled_visit visit = kinds[i].visit;
            visit.at = (int64_t)time(NULL) - ago - (times - 1 - n) * SPREAD_S;
            filled_put(filled, &visit, id, number);
            printf("%s\n", number);
        }
        return 0;
    }
    return 2;
}

static int
say_call(struct filled *filled, char **words)
{
    struct ledger_call call = {.id = strtoull(words[1], NULL, 10),
        .page = "question",
        .reason = "help",
        .said_at = (int64_t)time(NULL),
        .heard_at = (int64_t)time(NULL)};
    (void)snprintf(call.kiosk, sizeof(call.kiosk), "%s", words[0]);
    (void)snprintf(call.state, sizeof(call.state), "%s", words[2]);
    int r = ledger_call_note(filled->ledger, &call);
    printf("%s\n", call.state);
    return r == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    struct filled filled;
    struct clock_date day = clock_japan((int64_t)time(NULL) + ROOM_AHEAD_S);
    (void)snprintf(room_slot, sizeof(room_slot), "mihon-meeting/%04d-%02d-%02d/13:00", day.year,
        day.month, day.day);
    if (argc == 3 && strcmp(argv[2], "day") == 0) {
        printf("%.10s\n", strchr(room_slot, '/') + 1);
        return 0;
    }
    if (argc < 4) {
        return 2;
    }
    filled_open(&filled, argv[1]);
    int result = strcmp(argv[2], "init") == 0 ? init(argv[1], argv[3])
                 : strcmp(argv[2], "call") == 0 && argc == 6
                     ? say_call(&filled, argv + 3)
                     : put(&filled, argv[3], argc > 4 ? strtol(argv[4], NULL, 10) : 1,
                           argc > 5 ? strtol(argv[5], NULL, 10) : 0);
    filled_close(&filled);
    return result;
}
