/* tests/bench/content.c - how long it takes to load the content: the real one, and generated procedures by the hundred
 * and the thousand, all of one shape (12 questions with conditions, choices, a repeat group). Says
 * processor time and memory a file. use: content ASSETS FOLDER (an empty one) */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "info/info.h"
#include "procedure/procedure.h"

enum { FEW = 100, MANY = 1000, ROUNDS = 9, PATH_ROOM = 4096 };

static double
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
fail(const char *what)
{
    (void)fprintf(stderr, "content: %s\n", what);
    exit(1);
}

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    (void)fprintf(stderr, "%s:%d: %s\n", mistake->file, mistake->line, mistake->reason);
}

static FILE *
make(const char *folder, const char *name)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fail(path);
    }
    return file;
}

static void
write_procedure(const char *folder, int number)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "procedures/made-%04d.yaml", number);
    FILE *file = make(folder, name);
    (void)fprintf(file,
        "procedure: made-%04d\nin-force: 2026-04-01\nfollows: 条例 第%d条\ncounter: citizens\n"
        "picture: document\n%stitle: 手続き%d\nabout: %dつめの手続きです。\n"
        "bring: [identity-document]\nfee: 300 * copies\nfee-note: 1枚300円です。\n"
        "next:\n  - 番号を伝えてください。\nquestions:\n  - ask: applicant\n",
        number, number, number == 0 ? "" : "hidden: yes\n", number, number);
    for (int i = 0; i < 4; i++) {
        (void)fprintf(file,
            "  - ask: kind-%d\n    type: choice\n    label: どれにしますか（%d、%d）。\n"
            "    name: 種類\n    choices: { a: あ, b: い, c: う, d: え }\n"
            "  - ask: text-%d\n    type: text\n    label: くわしく教えてください（%d、%d）。\n"
            "    name: 内容\n    relevant: kind-%d in ('c', 'd')\n    max-length: 60\n",
            i, number, i, i, number, i, i);
    }
    (void)fprintf(file,
        "  - ask: copies\n    type: number\n    label: 何枚要りますか。\n    name: 枚数\n"
        "    unit: 枚\n    default: 1\n    min: 1\n    max: 10\n"
        "    otherwise: 1枚から10枚までで選んでください。\n"
        "  - repeat: members\n    name: 家族\n    count: copies\n    max: 10\n    questions:\n"
        "      - ask: name\n        type: text\n        label: 名前を教えてください。\n"
        "        name: 名前\n      - ask: born\n        type: date\n"
        "        label: いつ生まれましたか。\n        name: 生まれた日\n        max: today\n");
    (void)fclose(file);
}

/* The real dictionary and counters, beside generated procedures from first to before. */
static void
prepare(const char *assets, const char *folder, int first, int before)
{
    static const char *const linked[] = {
        "dictionary", "city/counters.yaml", "city/things.yaml", "city/lists"};
    if (first == 0) {
        char path[PATH_ROOM];
        char target[PATH_ROOM];
        (void)snprintf(path, sizeof(path), "%s/city", folder);
        (void)mkdir(path, 0700);
        (void)snprintf(path, sizeof(path), "%s/procedures", folder);
        (void)mkdir(path, 0700);
        for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
            (void)snprintf(target, sizeof(target), "%s/%s", assets, linked[i]);
            (void)snprintf(path, sizeof(path), "%s/%s", folder, linked[i]);
            if (symlink(target, path) != 0) {
                fail(path);
            }
        }
        FILE *doors = make(folder, "city/doors.yaml");
        (void)fputs("city: 見本\ndoors:\n  all:\n    title: 手続き\n    about: 見本です。\n"
                    "    picture: document\n    holds: [made-0000]\n",
            doors);
        (void)fclose(doors);
    }
    for (int i = first; i < before; i++) {
        write_procedure(folder, i);
    }
}

/* The shortest of several loads; others were disturbed. *ret_bytes: memory of a loaded set. */
static double
load_ms(const char *assets, size_t wanted, bool pages, size_t *ret_bytes)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        size_t before = mallinfo2().uordblks;
        double start = now_ms();
        struct procedure_set *set = NULL;
        struct info *info = NULL;
        if (procedure_load(assets, hear, NULL, &set) != 0 ||
            (pages && info_load(assets, set, hear, NULL, &info) != 0)) {
            fail("the content can't be loaded");
        }
        double spent = now_ms() - start;
        best = spent < best ? spent : best;
        *ret_bytes = mallinfo2().uordblks - before;
        if (wanted > 0 && procedure_count(set) != wanted) {
            fail("another number of procedures than generated");
        }
        info_free(info);
        procedure_set_free(set);
    }
    return best;
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fail("use: content ASSETS FOLDER");
    }
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30); /* all of it in uordblks */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30); /* later rounds find the memory of the earlier */
    size_t bytes = 0;
    double real = load_ms(argv[1], 0, true, &bytes);
    (void)printf("real-ms %.2f\nreal-kib %zu\n", real, bytes / 1024);
    prepare(argv[1], argv[2], 0, FEW);
    double few = load_ms(argv[2], FEW, false, &bytes) / FEW;
    (void)printf(
        "few-us-a-file %.1f\nfew-kib-a-file %.1f\n", few * 1e3, (double)bytes / 1024 / FEW);
    prepare(argv[1], argv[2], FEW, MANY);
    double many = load_ms(argv[2], MANY, false, &bytes) / MANY;
    (void)printf("many-us-a-file %.1f\nmany-kib-a-file %.1f\nratio %.3f\n", many * 1e3,
        (double)bytes / 1024 / MANY, many / few);
    return 0;
}
