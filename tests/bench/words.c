/* bench/words.c - a line of text laid out anew with the terminal's fonts, which are warm then, and a look-up of a
 * postal code in the terminal's table. Prints "LANGUAGE MS" a round and case, MS that of one line, then
 * "postal US" a round, US that of one look-up (half of the codes are nobody's).
 * usage: words FONTS.LIST CASES.TSV POSTAL.TABLE; cases as in tests/text/golden/languages.tsv. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "input/input.h"
#include "text/text.h"
#include "ui/ui_priv.h"

enum { ROUNDS = 40, LOOK_UPS = 2000, CODES = 10000000, CODE_STEP = 4993, LINE_MAX_LEN = 2048 };

static double
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
die(const char *what)
{
    fprintf(stderr, "bench words: %s\n", what);
    exit(1);
}

static void
bench_case(const struct text_font_ops *ops, const char *line)
{
    char language[16];
    int at = 0;
    struct text_style style = {.language = language};
    if (sscanf(line, "%*s %15s %d %d %n", language, &style.size_px, &style.max_width_px, &at) !=
            3 ||
        at == 0) {
        die("no case");
    }
    for (int i = -1; i < ROUNDS; i++) { /* the first opens fonts and dictionaries */
        struct text_layout *layout;
        double begin = now_us();
        if (text_layout_new(line + at, strlen(line + at), &style, ops, &layout) != 0) {
            die("no layout");
        }
        double spent = now_us() - begin;
        if (i >= 0) {
            printf("%s %.4f\n", language, spent / 1e3 / (double)text_layout_lines(layout));
        }
        text_layout_free(layout);
    }
}

static void
bench_postal(const char *path)
{
    struct input_postal *postal;
    struct input_address address;
    if (input_postal_open(path, &postal) != 0) {
        die("no postal table");
    }
    long at = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double begin = now_us();
        for (int n = 0; n < LOOK_UPS; n++) {
            char code[16];
            at = (at + CODE_STEP) % CODES;
            snprintf(code, sizeof code, "%07ld", at);
            (void)input_postal_find(postal, code, 0, &address);
        }
        printf("postal %.4f\n", (now_us() - begin) / LOOK_UPS);
    }
    input_postal_close(postal);
}

int
main(int argc, char **argv)
{
    struct faces *faces;
    if (argc != 4 || faces_new(argv[1], &faces) != 0) {
        die("usage: words FONTS.LIST CASES.TSV POSTAL.TABLE");
    }
    struct text_font_ops ops = faces_ops(faces);
    FILE *cases = fopen(argv[2], "r");
    if (cases == NULL) {
        die("no cases");
    }
    for (char line[LINE_MAX_LEN]; fgets(line, sizeof line, cases) != NULL;) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && line[0] != '\0') {
            bench_case(&ops, line);
        }
    }
    fclose(cases);
    faces_free(faces);
    bench_postal(argv[3]);
    return 0;
}
