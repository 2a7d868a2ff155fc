/* bench/search.c - the search over everything in assets: for each language the milliseconds of the
 * processor for its index, the median and the slowest of its searches. use: search LOCALE ASSETS; "error" and 1 when something can't be loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/attr.h"
#include "i18n/i18n.h"
#include "info/info.h"

enum { ROUNDS = 40, TIMES_MAX = 4096 };

static double
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* exists on every Linux */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
by_time(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

int
main(int argc, char **argv)
{
    static const char *const queries[] = {"ごみ", "鏡", "住民票", "ごみを出す日はいつですか",
        "passport", "救急車", "water", "nowhere"};
    struct i18n *i18n;
    struct procedure_set *set;
    struct info *info;
    struct info_search *search;
    static double times[TIMES_MAX];
    if (argc != 3 || i18n_new(argv[1], &i18n) < 0 ||
        procedure_load(argv[2], NULL, NULL, &set) < 0 ||
        info_load(argv[2], set, NULL, NULL, &info) < 0 || info_search_new(info, set, &search) < 0) {
        (void)puts("error");
        return 1;
    }
    for (size_t l = 0; l < i18n_language_count(i18n); l++) {
        const char *code = i18n_language_at(i18n, l)->code;
        size_t count = 0;
        (void)i18n_use(i18n, code); /* it is there */
        double start = now_ms();
        (void)info_search_prepare(search, i18n); /* a search tells what is amiss */
        double index = now_ms() - start;
        for (int round = 0; round < ROUNDS; round++) {
            for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
                struct info_hit hits[INFO_HITS_MAX];
                size_t found;
                start = now_ms();
                if (info_search_find(search, i18n, "", queries[i], 20779, hits, &found) < 0) {
                    (void)puts("error");
                    return 1;
                }
                times[count++] = now_ms() - start;
            }
        }
        qsort(times, count, sizeof(*times), by_time);
        (void)printf(
            "index %.3f\nmedian %.3f\nslowest %.3f\n", index, times[count / 2], times[count - 1]);
    }
    info_search_free(search);
    info_free(info);
    procedure_set_free(set);
    i18n_free(i18n);
    return 0;
}
