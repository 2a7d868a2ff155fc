/* bench/desk.c - what desk.py needs in C: a set-up, records that are really sealed, and the desk's index of those that are not.
 * The people are fictional.
 *
 *   desk HOME begin             keys, an empty ledger, settings, staff (佐藤, a lead: "naka-machi 5")
 *   desk HOME put COUNT         seals COUNT records and stores them as intake would, the last one for somebody whose name is nobody
 *                               else's; prints "NUMBER ID" of it
 *   desk HOME index COUNT       the index's rows of the positions 1 to COUNT, which desk.py put into the ledger */
#include "desk/filled.h"
#include "desk/find_priv.h"

#include <time.h>

#include "base/hex.h"

enum {
    PEOPLE = 60, /* families */
    ROW_KIOSKS =
        97, /* numbers of the terminals that the rows came from; the first is that of the sealed ones */
    DAYS = 60 * 336,
    SPREAD_S = 7
};

static const char *const families[PEOPLE][2] = {{"佐藤", "サトウ"}, {"鈴木", "スズキ"},
    {"高橋", "タカハシ"}, {"田中", "タナカ"}, {"渡邉", "ワタナベ"}, {"伊藤", "イトウ"},
    {"山本", "ヤマモト"}, {"中村", "ナカムラ"}, {"小林", "コバヤシ"}, {"加藤", "カトウ"},
    {"吉田", "ヨシダ"}, {"山田", "ヤマダ"}, {"佐々木", "ササキ"}, {"山口", "ヤマグチ"},
    {"松本", "マツモト"}, {"井上", "イノウエ"}, {"木村", "キムラ"}, {"林", "ハヤシ"},
    {"斎藤", "サイトウ"}, {"清水", "シミズ"}, {"山崎", "ヤマザキ"}, {"森", "モリ"},
    {"池田", "イケダ"}, {"橋本", "ハシモト"}, {"阿部", "アベ"}, {"石川", "イシカワ"},
    {"山下", "ヤマシタ"}, {"中島", "ナカジマ"}, {"石井", "イシイ"}, {"小川", "オガワ"},
    {"前田", "マエダ"}, {"岡田", "オカダ"}, {"長谷川", "ハセガワ"}, {"藤田", "フジタ"},
    {"後藤", "ゴトウ"}, {"近藤", "コンドウ"}, {"村上", "ムラカミ"}, {"遠藤", "エンドウ"},
    {"青木", "アオキ"}, {"坂本", "サカモト"}, {"福田", "フクダ"}, {"太田", "オオタ"},
    {"西村", "ニシムラ"}, {"藤井", "フジイ"}, {"岡本", "オカモト"}, {"金子", "カネコ"},
    {"藤原", "フジワラ"}, {"三浦", "ミウラ"}, {"中野", "ナカノ"}, {"原田", "ハラダ"},
    {"松田", "マツダ"}, {"竹内", "タケウチ"}, {"小野", "オノ"}, {"中川", "ナカガワ"},
    {"田村", "タムラ"}, {"安藤", "アンドウ"}, {"河野", "コウノ"}, {"和田", "ワダ"},
    {"石田", "イシダ"}, {"工藤", "クドウ"}};
static const char *const givens[][2] = {{"花子", "ハナコ"}, {"太郎", "タロウ"}, {"葉子", "ヨウコ"},
    {"健", "ケン"}, {"美咲", "ミサキ"}, {"翔太", "ショウタ"}, {"陽菜", "ヒナ"}, {"蓮", "レン"},
    {"結衣", "ユイ"}, {"大翔", "ヒロト"}, {"さくら", "サクラ"}, {"悠真", "ユウマ"},
    {"恵子", "ケイコ"}, {"一郎", "イチロウ"}, {"久美子", "クミコ"}, {"誠", "マコト"},
    {"由美", "ユミ"}, {"茂", "シゲル"}, {"明美", "アケミ"}, {"清", "キヨシ"}, {"幸子", "サチコ"},
    {"豊", "ユタカ"}, {"節子", "セツコ"}, {"実", "ミノル"}, {"文子", "フミコ"}, {"勇", "イサム"},
    {"千代", "チヨ"}, {"正", "タダシ"}};
enum { GIVENS = sizeof(givens) / sizeof(givens[0]) };

struct somebody {
    size_t family, given;
    int year, month, day;
};

/* Some families are large: the first has every fifteenth of all. */
static struct somebody
draw(struct rng_seeded *rng)
{
    uint64_t at = rng_seeded_next(rng) % 1000;
    uint64_t day = rng_seeded_next(rng) % DAYS;
    size_t family = 0;
    while ((family + 1) * (family + 1) * 1000000000 <= at * at * at * PEOPLE * PEOPLE) {
        family++;
    }
    return (struct somebody){family, rng_seeded_next(rng) % GIVENS, 1940 + (int)(day / 336),
        1 + (int)(day / 28 % 12), 1 + (int)(day % 28)};
}

static int
begin(const struct filled *filled)
{
    char hash[SEAL_PASSWORD_HASH_MAX];
    static const char conf[] = "desk-address=127.0.0.1\ndesk-port=0\n";
    AUTO_BUF staff;
    buf_init(&staff, 4096);
    int r = seal_password_hash("naka-machi 5", hash);
    (void)buf_printf(&staff, "佐藤:lead:%s\n", hash);
    char *conf_file = fs_join(filled->home, "madoguchi.conf");
    char *staff_file = fs_join(filled->home, "staff");
    r = r == 0 ? fs_write_atomic(conf_file, conf, strlen(conf), 0600) : r;
    r = r == 0 ? fs_write_atomic(staff_file, buf_str(&staff), staff.len, 0600) : r;
    free(staff_file);
    free(conf_file);
    return r;
}

static void
put(struct filled *filled, unsigned long count)
{
    struct rng_seeded rng = {.state = count};
    char hex[2 * RECORD_ID_LEN + 1];
    for (unsigned long i = 0; i < count; i++) {
        struct somebody who = draw(&rng);
        bool is_last = i + 1 == count;
        uint8_t id[RECORD_ID_LEN];
        char number[RECORD_NUMBER_LEN], name[64], kana[128], birth[16];
        (void)snprintf(name, sizeof(name), "%s　%s", is_last ? "稀代" : families[who.family][0],
            givens[who.given][0]);
        (void)snprintf(kana, sizeof(kana), "%s　%s", is_last ? "ヌキシロ" : families[who.family][1],
            givens[who.given][1]);
        (void)snprintf(birth, sizeof(birth), "%04d-%02d-%02d", who.year, who.month, who.day);
        const struct filled_fact facts[] = {{"applicant.name", name, FACT_ORIGIN_CARD},
            {"applicant.kana", kana, FACT_ORIGIN_PERSON},
            {"applicant.birth", birth, FACT_ORIGIN_CARD},
            {"applicant.address", "茨城県日立市助川町１丁目１番１号", FACT_ORIGIN_CARD},
            {"applicant.sex", "female", FACT_ORIGIN_CARD},
            {"resident-record.whose", "self", FACT_ORIGIN_PERSON},
            {"resident-record.purpose", "work", FACT_ORIGIN_PERSON},
            {"resident-record.copies", "2", FACT_ORIGIN_PERSON}};
        const struct filled_visit visit = {.procedure = "resident-record",
            .language = "ja",
            .fee = 600,
            .at = (int64_t)time(NULL) - (int64_t)(count - i) * SPREAD_S,
            .facts = facts,
            .count = sizeof(facts) / sizeof(facts[0]),
            .visit = {(uint8_t)i, (uint8_t)(i >> 8), 1}};
        filled_put(filled, &visit, id, number);
        if (is_last) {
            hex_encode(id, sizeof(id), hex);
            printf("%s %s\n", number, hex);
        }
    }
}

/* What a name gives is asked once. */
static const struct desk_terms *
terms_of(const struct desk_kanji *kanji, size_t family, size_t given, int which)
{
    static struct desk_terms known[PEOPLE][GIVENS][2];
    struct desk_terms *terms = &known[family][given][which];
    char text[128];
    if (terms->count == 0) {
        (void)snprintf(text, sizeof(text), "%s　%s", families[family][which], givens[given][which]);
        desk_terms_of_name(kanji, text, terms);
    }
    return terms;
}

/* Rows below the really sealed ones have the same few bytes (FILLER of desk.py) for an envelope: nothing shown opens them, and the
 * index shows only rows whose hash is that of the ledger's bytes. */
static const uint8_t *
hash_of_filler(void)
{
    static uint8_t hash[SEAL_HASH_LEN];
    static bool known;
    if (!known) {
        AUTO_BUF filler;
        buf_init(&filler, 1024);
        for (int i = 0; i < 20; i++) {
            (void)buf_add_str(&filler, "no envelope");
        }
        seal_hash(filler.data, filler.len, hash);
        known = true;
    }
    return hash;
}

/* Who applies and whom it is for, as a list shows them. */
static void
show(const struct somebody *who, struct buf *out)
{
    char text[128];
    (void)snprintf(text, sizeof(text), "%s　%s", families[who->family][0], givens[who->given][0]);
    (void)buf_add(out, text, strlen(text) + 1);
    (void)snprintf(text, sizeof(text), "%04d-%02d-%02d", who->year, who->month, who->day);
    (void)buf_add(out, text, strlen(text) + 1);
}

/* The row of a position, as desk.py made its record: every second one is for two people. */
static void
make_row(const struct desk_kanji *kanji, uint64_t position, struct desk_row *row,
    struct desk_row_terms *terms)
{
    static const char *const procedures[] = {
        "resident-record", "move-in", "seal-proof", "tax-proof"};
    struct rng_seeded rng = {.state = position};
    uint64_t mixed = position * 0x9e3779b97f4a7c15U;
    *row = (struct desk_row){.position = position,
        .person = rng_seeded_next(&rng) | 1,
        .submitted_at = (int64_t)time(NULL) - 86400};
    for (size_t i = 0; i < 8; i++) {
        row->id[i] = (uint8_t)(mixed >> (56 - 8 * i));
        row->id[8 + i] = (uint8_t)(position >> (56 - 8 * i));
    }
    memcpy(&row->hash, hash_of_filler(), sizeof(row->hash));
    memcpy(row->visit, &mixed, sizeof(row->visit));
    record_number_make((unsigned)(position % ROW_KIOSKS + FILLED_KIOSK + 1),
        record_number_place(FILLED_EPOCH, position), row->number);
    (void)snprintf(
        row->procedure, sizeof(row->procedure), "%s", procedures[rng_seeded_next(&rng) % 4]);
    (void)snprintf(row->language, sizeof(row->language), "ja");
    buf_clear(&terms->texts);
    buf_clear(&terms->shown);
    terms->text_count = terms->day_count = 0;
    for (uint64_t person = 0; person <= position % 2; person++) {
        struct somebody who = draw(&rng);
        show(&who, &terms->shown);
        for (int which = 0; which < 2; which++) {
            const struct desk_terms *name = terms_of(kanji, who.family, who.given, which);
            for (size_t i = 0; i < name->count; i++) {
                (void)buf_add(&terms->texts, name->terms[i], strlen(name->terms[i]) + 1);
                terms->text_count++;
            }
        }
        terms->days[terms->day_count++] = (uint32_t)(who.year * 512 + who.month * 32 + who.day);
    }
    if (position % 2 == 0) {
        (void)buf_add(&terms->shown, "\0", 2); /* for nobody else */
    }
}

static int
each_kept(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    (void)row; /* there is none yet */
    (void)terms;
    (void)place;
    (void)ctx;
    return 0;
}

static int
fill_index(const struct filled *filled, uint64_t count)
{
    struct desk_kanji *kanji = NULL;
    struct seal_opener *opener = NULL;
    struct desk_index_file *file = NULL;
    struct desk_index_told told;
    struct desk_row row;
    struct desk_row_terms terms;
    uint32_t place;
    char *cert = fs_join(filled->keys, "city.crt");
    char *key = fs_join(filled->keys, "city.key");
    char *path = fs_join(filled->home, "desk-index");
    desk_row_terms_init(&terms);
    int r = desk_kanji_load("assets/desk", &kanji);
    r = r == 0 ? seal_opener_new(cert, key, &opener) : r;
    r = r == 0
            ? desk_index_file_open(path, opener, (int64_t)time(NULL), each_kept, NULL, &file, &told)
            : r;
    for (uint64_t position = 1; r == 0 && position <= count; position++) {
        make_row(kanji, position, &row, &terms);
        r = desk_index_file_put(file, &row, &terms, &place);
    }
    desk_index_file_close(file);
    desk_row_terms_release(&terms);
    seal_opener_free(opener);
    desk_kanji_free(kanji);
    free(path);
    free(key);
    free(cert);
    return r;
}

int
main(int argc, char **argv)
{
    struct filled filled;
    int r = 0;
    if (argc < 3 || (argc < 4 && strcmp(argv[2], "begin") != 0)) {
        return 2;
    }
    filled_open(&filled, argv[1]);
    if (strcmp(argv[2], "begin") == 0) {
        r = begin(&filled);
    } else if (strcmp(argv[2], "put") == 0) {
        put(&filled, strtoul(argv[3], NULL, 10));
    } else {
        r = fill_index(&filled, strtoul(argv[3], NULL, 10));
    }
    filled_close(&filled);
    return r == 0 ? 0 : 1;
}
