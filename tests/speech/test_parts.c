/* tests/speech/test_parts.c - the small parts of speech by tables: sentences and their languages, readings,
 * clips, WAVE files of any bytes, headphones by a FIFO and a folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <linux/input.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "speech/speech_priv.h"

static char folder[HARNESS_FOLDER_LEN];

static int
setup(void **state)
{
    (void)state;
    harness_folder_make(folder);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    return harness_folder_remove(folder);
}

static void
put_text(const char *name, const char *text)
{
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Each line as "language:text|language:text". */
static void
test_split(void **state)
{
    (void)state;
    static const struct {
        const char *language, *text, *pieces;
    } rows[] = {
        {"ja", "", ""},
        {"ja", "。、 ", ""},
        {"ja", "つぎへ。ボタン", "ja:つぎへ|ja:ボタン"},
        {"en", "Next. button", "en:Next|en:button"},
        {"en", "1.5 metres", "en:1.5 metres"},
        {"ja", "300円", "ja:300円"},
        {"ja", "ことばを えらぶ　／　Choose your language",
            "ja:ことばを えらぶ　／　|en:Choose your language"},
        {"ja", "QRを読む", "ja:QRを読む"},
        {"ja", "Nguyen Van Anさん", "en:Nguyen Van An|ja:さん"},
        {"en", "Go to 総合まどぐち (counter).", "en:Go to |ja:総合まどぐち|en:(counter)"},
        {"zh-Hans", "请选择手续", "zh-Hans:请选择手续"},
        {"zh-Hans", "请到总合まどぐち领取", "zh-Hans:请到总合|ja:まどぐち领取"},
        {"ko", "주민표(住民票)", "ko:주민표(|ja:住民票"},
        {"my", "ယနေ့။ မနက်", "my:ယနေ့။|my:မနက်"},
        {"ne", "आज। भोलि", "ne:आज।|ne:भोलि"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_BUF got;
        buf_init(&got, 4096);
        const char *at = rows[i].text;
        struct piece piece;
        while (split_next(rows[i].language, &at, &piece)) {
            (void)buf_printf(&got, "%s%s:%s", got.len > 0 ? "|" : "", piece.language, piece.text);
        }
        if (strcmp(buf_str(&got), rows[i].pieces) != 0) {
            print_message("%s\n got %s\n not %s\n", rows[i].text, buf_str(&got), rows[i].pieces);
        }
        assert_string_equal(buf_str(&got), rows[i].pieces);
    }
}

/* A sentence as "clause|clause". */
static void
clauses_of(const char *language, const char *text, struct buf *out)
{
    while (*text != 0) {
        size_t len = split_clause(language, text);
        assert_true(len > 0);
        (void)buf_add_str(out, out->len > 0 ? "|" : "");
        (void)buf_add(out, text, len);
        text += len;
    }
}

/* Long sentences clause by clause, none of them short; the mark stays, for the voice to hear. */
static void
test_clauses(void **state)
{
    (void)state;
    static const struct {
        const char *language, *text, *clauses;
    } rows[] = {
        {"ja", "本人を確かめる書類（マイナンバーカード、運転免許証、在留カードなど）",
            "本人を確かめる書類|（マイナンバーカード、|運転免許証、|在留カードなど）"},
        {"ja", "きょうは、どんなご用ですか", "きょうは、|どんなご用ですか"},
        {"ja", "いま、だれですか", "いま、だれですか"}, /* short enough */
        {"ja", "わたしと、家族の全員", "わたしと、|家族の全員"},
        {"ja", "はい、同じ世帯の家族全員が、いっしょに引っ越してきました",
            "はい、同じ世帯の家族全員が、|いっしょに引っ越してきました"},
        {"ja", "いっしょに引っ越してきた家族の全員です、はい",
            "いっしょに引っ越してきた家族の全員です、はい"},
        {"en", "A card, a letter, a key, and 1,234 other things that show who you are, are wanted",
            "A card, a letter, a key, and 1,234 other things that show who you are, are wanted"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_BUF got;
        buf_init(&got, 4096);
        clauses_of(rows[i].language, rows[i].text, &got);
        assert_string_equal(buf_str(&got), rows[i].clauses);
    }
}

/* The place to breathe of each script, in a sentence of more than 160 letters; a number keeps its commas. */
static void
test_clause_marks(void **state)
{
    (void)state;
    static const struct {
        const char *language, *letters, *mark;
        int pieces;
    } rows[] = {
        {"en", "letters", ", ", 2},
        {"en", "letters", "; ", 2},
        {"en", "letters", ": ", 2},
        {"en", "letters", " (", 2},
        {"en", "letters", ",", 1},
        {"en", "letters", " ", 1},
        {"es", "palabra", ", ", 2},
        {"zh-Hans", "请选择手续", "，", 2},
        {"zh-Hant", "請選擇手續", "；", 2},
        {"zh-Hant", "請選擇手續", "：", 2},
        {"ko", "주민표", ", ", 2},
        {"my", "မနက်", "၊", 2},
        {"th", "วันนี้", " ", 2},
        {"ja", "つぎのがめん", "、", 2},
        {"ja", "つぎのがめん", "（", 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_BUF text;
        buf_init(&text, 8192);
        int times = strcmp(rows[i].language, "ja") == 0 ? 2 : 28;
        for (int half = 0; half < 2; half++) {
            (void)buf_add_str(&text, half == 1 ? rows[i].mark : "");
            for (int n = 0; n < times; n++) {
                (void)buf_add_str(&text, rows[i].letters);
            }
        }
        AUTO_BUF got;
        buf_init(&got, 8192);
        clauses_of(rows[i].language, buf_str(&text), &got);
        int pieces = 1;
        for (const char *at = buf_str(&got); *at != 0; at++) {
            pieces += *at == '|' ? 1 : 0;
        }
        if (pieces != rows[i].pieces) {
            print_message("%s \"%s\": %d pieces\n", rows[i].language, rows[i].mark, pieces);
        }
        assert_int_equal(pieces, rows[i].pieces);
    }
}

/* No piece is longer than what a voice reads, and nothing of a long text is lost. */
static void
test_split_long(void **state)
{
    (void)state;
    AUTO_BUF text;
    buf_init(&text, 8192);
    for (int i = 0; i < 800; i++) {
        (void)buf_add_str(&text, "あいう");
    }
    const char *at = buf_str(&text);
    struct piece piece;
    size_t total = 0;
    while (split_next("ja", &at, &piece)) {
        assert_true(strlen(piece.text) <= SENTENCE_MAX);
        total += strlen(piece.text);
    }
    assert_int_equal(total, text.len);
}

static void
test_readings(void **state)
{
    (void)state;
    put_text("readings.ja",
        "# note\n助川町 すけがわちょう\n川 かわ\n  \n町\nこわれ\n日立市\tひたちし\r\n");
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/readings.ja", folder);
    struct readings *readings = readings_new(path);
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"日立市助川町1丁目", "ひたちしすけがわちょう1丁目"},
        {"川の町", "かわの町"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_BUF out;
        buf_init(&out, 1024);
        readings_apply(readings, rows[i].text, &out);
        assert_string_equal(buf_str(&out), rows[i].said);
    }
    readings_free(readings);
    readings_free(NULL);
    put_text("bad.ja", "\xff\xfe bytes\n");
    (void)snprintf(path, sizeof(path), "%s/bad.ja", folder);
    readings = readings_new(path); /* no UTF-8: an empty list */
    AUTO_BUF out;
    buf_init(&out, 64);
    readings_apply(readings, "川", &out);
    assert_string_equal(buf_str(&out), "川");
    readings_free(readings);
}

/* The list that is shipped: the voice reads 助川町 as スケカワマチ without it. */
static void
test_shipped_readings(void **state)
{
    (void)state;
    struct readings *readings = readings_new("assets/sound/readings.ja");
    AUTO_BUF out;
    buf_init(&out, 256);
    readings_apply(readings, "茨城県日立市助川町", &out);
    assert_string_equal(buf_str(&out), "いばらきけんひたちしすけがわちょう");
    readings_free(readings);
}

static void
test_clips(void **state)
{
    (void)state;
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/fil", folder);
    (void)mkdir(path, 0700);
    put_text("fil/clips",
        "# note\na.wav Kumusta po.\r\n../b.wav Labas.\nc.wav\n\nd.wav  Salamat po. \n");
    struct clips *clips = clips_new(folder);
    assert_true(clips_any(clips, "fil"));
    assert_false(clips_any(clips, "en"));
    const char *found = clips_find(clips, "fil", "Kumusta po.");
    assert_non_null(found);
    assert_non_null(strstr(found, "/fil/a.wav"));
    assert_null(clips_find(clips, "fil", "Labas.")); /* no way out of the folder */
    assert_null(clips_find(clips, "en", "Kumusta po."));
    assert_null(clips_find(clips, "fil", "Kumusta"));
    clips_free(clips);
    clips_free(NULL);
    clips = clips_new(NULL);
    assert_false(clips_any(clips, "fil"));
    clips_free(clips);
}

/* ---- WAVE ---- */

static const uint8_t wav_head[44] = "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"
                                    "\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\0\0\0\0";

static void
test_wav(void **state)
{
    (void)state;
    static uint8_t file[44 + 48000];
    memcpy(file, wav_head, 44);
    memset(file + 40, 0xff, 3); /* espeak-ng's way: a length that is not so */
    for (size_t i = 6000; i < 18000; i++) { /* 0.25 s silence, 0.5 s square wave, 0.25 s silence */
        int16_t value = i / 50 % 2 == 0 ? 1000 : -1000;
        file[44 + 2 * i] = (uint8_t)value;
        file[45 + 2 * i] = (uint8_t)((uint16_t)value >> 8);
    }
    struct sound *sound;
    assert_int_equal(wav_sound(file, sizeof(file), &sound), 0);
    assert_in_range(sound->count, 12000, 12000 + 2 * 24 * 12);
    assert_in_range(abs(sound->samples[sound->count / 2]), 3200, 3400); /* -20 dB */
    sound_free(sound);

    static const struct {
        size_t at;
        uint8_t byte;
    } faults[] = {{0, 'X'}, {8, 'X'}, {12, 'X'}, {20, 3}, {22, 0}, {22, 3}, {24, 0}, {34, 8},
        {36, 'X'}, {26, 0xff}};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        uint8_t head[64] = {0};
        memcpy(head, wav_head, 44);
        head[faults[i].at] = faults[i].byte;
        if (faults[i].at == 24) {
            head[25] = 0;
        }
        assert_int_equal(wav_sound(head, 44, &sound), KERR_INVALID);
    }
    assert_int_equal(wav_sound(wav_head, 11, &sound), KERR_INVALID);
    assert_int_equal(wav_sound(wav_head, 44, &sound), 0); /* no sound is a sound of length 0 */
    assert_int_equal(sound->count, 0);
    sound_free(sound);
}

/* Any bytes: an answer, never a crash (ASan and UBSan watch). */
static void
test_wav_hostile(void **state)
{
    (void)state;
    struct rng_seeded rng = {.state = 7};
    for (int round = 0; round < 3000; round++) {
        uint8_t file[300];
        size_t len = rng_seeded_below(&rng, sizeof(file) + 1);
        for (size_t i = 0; i < len; i++) {
            bool head = i < 44 && rng_seeded_below(&rng, 20) != 0;
            file[i] = head ? wav_head[i] : (uint8_t)rng_seeded_below(&rng, 256);
        }
        struct sound *sound;
        if (wav_sound(file, len, &sound) == 0) {
            sound_free(sound);
        }
    }
}

/* ---- headphones ---- */

static _Atomic int wakeups;

static void
woken(void *ctx)
{
    (void)ctx;
    wakeups++;
}

/* Within a second, as the issue has it. */
static bool
becomes(const struct speech_plug *plug, bool plugged)
{
    for (int i = 0; i < 1000; i++) {
        if (speech_plugged(plug) == plugged) {
            return true;
        }
        struct timespec ms = {.tv_nsec = 1000000};
        (void)nanosleep(&ms, NULL);
    }
    return false;
}

static void
turn_switch(int fd, uint16_t code, int value)
{
    struct input_event event = {.type = EV_SW, .code = code, .value = value};
    assert_int_equal(write(fd, &event, sizeof(event)), sizeof(event));
}

static void
test_plug(void **state)
{
    (void)state;
    char fifo[160];
    char cards[160];
    (void)snprintf(fifo, sizeof(fifo), "%s/switch", folder);
    (void)snprintf(cards, sizeof(cards), "%s/snd", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(mkdir(cards, 0700), 0);
    put_text("snd/pcmC0D0p", ""); /* the machine's own */
    struct speech_plug_config config = {
        .device = fifo, .sound_cards = cards, .wakeup = woken, .wakeup_ctx = NULL};
    struct speech_plug *plug = speech_plug_new(&config);
    assert_false(speech_plugged(plug));
    int fd = open(fifo, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    turn_switch(fd, SW_HEADPHONE_INSERT, 1);
    assert_true(becomes(plug, true));
    assert_int_equal(wakeups, 1);
    turn_switch(fd, SW_HEADPHONE_INSERT, 0);
    assert_true(becomes(plug, false));
    turn_switch(fd, SW_MICROPHONE_INSERT, 1); /* something else */
    put_text("snd/pcmC1D0c", ""); /* a microphone */
    put_text("snd/pcmC1D0p", "");
    assert_true(becomes(plug, true));
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/pcmC1D0p", cards);
    assert_int_equal(unlink(path), 0);
    assert_true(becomes(plug, false));
    assert_int_equal(wakeups, 4);
    (void)close(fd);
    assert_false(speech_plugged(plug));
    speech_plug_free(plug);

    /* nothing to watch */
    struct speech_plug_config none = {
        .device = "/no/such/device", .sound_cards = "/no/such/folder"};
    plug = speech_plug_new(&none);
    assert_false(speech_plugged(plug));
    speech_plug_free(plug);
    speech_plug_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_clauses),
        cmocka_unit_test(test_clause_marks),
        cmocka_unit_test(test_split_long),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_shipped_readings),
        cmocka_unit_test(test_clips),
        cmocka_unit_test(test_wav),
        cmocka_unit_test(test_wav_hostile),
        cmocka_unit_test(test_plug),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
