/* desk/csv.c - cells of a CSV table (RFC 4180), as all tables of the desk have them: in quotes, and none that a spreadsheet takes for
 * a formula. */
#include "desk_priv.h"

#include <string.h>

/* A cell that begins with one of these is a formula, the wide ones too where the program reads Japanese (OWASP, CSV Injection); the
 * minus of mathematics is a wide one in CP932. */
bool
desk_csv_is_formula(const char *text)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "−", "＠"};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (strncmp(text, signs[i], strlen(signs[i])) == 0) {
            return true;
        }
    }
    return false;
}

void
desk_csv_cell_of(struct buf *out, const char *text, size_t len, bool first)
{
    (void)buf_add_str(out, first ? "\"" : ",\"");
    (void)buf_add_str(out, len > 0 && desk_csv_is_formula(text) ? "'" : "");
    for (size_t i = 0; i < len; i++) {
        (void)buf_add_str(out, text[i] == '"' ? "\"" : "");
        (void)buf_add_byte(out, (uint8_t)text[i]);
    }
    (void)buf_add_byte(out, '"');
}

void
desk_csv_cell(struct buf *out, const char *text, bool first)
{
    desk_csv_cell_of(out, text, strlen(text), first);
}
