/* fuzz_desk: any bytes as what a browser might send (form body, Cookie, Host, number, words to search for) and as a text to
 * show or to hand over. Besides not crashing: a field is UTF-8 within its bound, a token is 64 hexadecimal digits, a
 * number has its check digit, a day is one of the calendar, what is searched for is whole letters, shown text holds no markup. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/find_priv.h"
#include "desk/hand_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_form(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"token", "name", "n", ""};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_BUF value;
        buf_init(&value, DESK_FIELD_MAX);
        if (desk_form_field(data, size, names[i], &value)) {
            assert(value.len <= DESK_FIELD_MAX && utf8_valid(buf_str(&value), value.len));
        } else {
            assert(value.len == 0);
        }
    }
}

static void
check_headers(const char *text)
{
    char token[DESK_TOKEN_LEN] = "", number[RECORD_NUMBER_LEN] = "";
    if (desk_cookie_token(text, "desk", token)) {
        assert(strspn(token, "0123456789abcdefABCDEF") == DESK_TOKEN_LEN - 1);
    }
    if (desk_number_read(text, number)) {
        assert(strlen(number) == RECORD_NUMBER_LEN - 1 && record_number_check(number) == 0);
    }
    if (desk_host_fits(text, "127.0.0.1", 8480, NULL)) {
        assert(strcasecmp(text, "127.0.0.1:8480") == 0 || strcasecmp(text, "localhost:8480") == 0);
    }
    (void)desk_query_number(text, 0);
}

static void
check_text(const char *text, size_t size)
{
    AUTO_BUF html;
    buf_init(&html, DESK_PAGE_MAX);
    desk_html_text(&html, text, size);
    if (buf_error(&html) == 0) {
        assert(strpbrk(buf_str(&html), "<>\"'") == NULL);
        assert(strlen(buf_str(&html)) == html.len && utf8_valid(buf_str(&html), html.len));
    }
}

static void
check_terms(const struct desk_terms *terms)
{
    assert(terms->count <= DESK_TERMS);
    for (size_t i = 0; i < terms->count; i++) {
        size_t len = strnlen(terms->terms[i], DESK_TERM_MAX);
        assert(len > 0 && len < DESK_TERM_MAX && utf8_valid(terms->terms[i], len));
    }
}

/* Words of the search box, and names as visitors gave them; both are UTF-8 when they come here. */
static void
check_words(const char *text, size_t size)
{
    static struct desk_kanji *kanji;
    struct desk_terms terms;
    struct desk_birth birth;
    if (kanji == NULL && desk_kanji_load("assets/desk", &kanji) < 0) {
        abort();
    }
    if (strlen(text) != size || !utf8_valid(text, size)) {
        return;
    }
    desk_terms_of_words(kanji, text, &terms);
    check_terms(&terms);
    desk_terms_of_name(kanji, text, &terms);
    check_terms(&terms);
    if (desk_birth_read(text, &birth)) {
        assert(birth.year > 0 && birth.month >= 0 && birth.month <= 12);
        assert(birth.day >= 0 && birth.day <= 31 && (birth.day == 0 || birth.month > 0));
    }
}

/* Text for a system on CP932: each character is there or told. */
static void
check_fit(const char *text, size_t size)
{
    static struct desk_substitutes *substitutes;
    static struct desk_fit *fit;
    int line = 0;
    if (fit == NULL) {
        if (desk_substitutes_load("assets/handover/substitutes.tsv", &substitutes, &line) < 0) {
            abort();
        }
        fit = desk_fit_new(substitutes);
    }
    if (!utf8_valid(text, size)) {
        return;
    }
    for (size_t at = 0; at < size;) {
        char instead[DESK_INSTEAD_MAX] = "";
        AUTO_BUF bytes;
        buf_init(&bytes, 64);
        size_t len = desk_character_len(text + at, size - at);
        assert(len > 0 && len <= size - at);
        enum desk_fits fits = desk_fit_character(fit, text + at, len, &bytes, instead);
        assert((fits == DESK_FITS_NOT) == (bytes.len == 0));
        assert(memchr(instead, 0, sizeof(instead)) != NULL);
        at += len;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = 0;
    check_form(data, size);
    check_headers(text);
    check_text(text, size);
    check_words(text, size);
    check_fit(text, size);
    free(text);
    return 0;
}
