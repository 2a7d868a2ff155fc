/* fuzz_desk: any bytes as what a browser might send (form body, Cookie, Host, number) and as a text to
 * show. Besides not crashing: a field is UTF-8 within its bound, a token is 64 hexadecimal digits, a
 * number has its check digit, shown text holds no markup. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/desk_priv.h"

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
    free(text);
    return 0;
}
