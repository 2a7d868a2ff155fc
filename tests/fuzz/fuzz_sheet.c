/* fuzz_sheet: any bytes as a CSV file with the sheets of a form. What becomes of it has a place in the sheet for each
 * of its lines, whatever stood in the cells. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* files of a program, which no archive holds */
#include "program/ctl_import_form.c" /* NOLINT(bugprone-suspicious-include) */
#include "program/ctl_table_file.c" /* NOLINT(bugprone-suspicious-include) */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text != 0; text++) {
        lines += *text == '\n';
    }
    return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"survey", "choices", "settings"};
    struct import import = {.source = "fuzz.csv"};
    struct table *const tables[] = {&import.survey, &import.choices, &import.settings};
    buf_init(&import.out, 256 * 1024);
    int r = 0;
    for (size_t i = 0; i < 3; i++) {
        int row = 0;
        int one = table_parse(tables[i], (const char *)data, size, &row);
        assert(row >= 0 && row <= TABLE_ROWS_MAX);
        one = one == 0 ? table_keep_sheet(tables[i], names[i]) : one;
        r = r < 0 ? r : one;
    }
    if (r == 0 || r == KERR_NOT_FOUND) {
        r = import_convert(&import);
        assert(r < 0 || import.line_count == lines_of(buf_str(&import.out)));
    }
    for (size_t i = 0; i < 3; i++) {
        table_free(tables[i]);
    }
    buf_release(&import.out);
    free(import.lines);
    return 0;
}
