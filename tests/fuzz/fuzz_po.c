/* fuzz_po: any bytes as a catalog of a language. What is read is UTF-8, is found again, and written out it is read as
 * the same; what a translator is told about places, numbers and furigana comes to its end with any text. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* files of a program, which no archive holds */
#include "program/ctl_furigana.c" /* NOLINT(bugprone-suspicious-include) */
#include "program/ctl_po.c" /* NOLINT(bugprone-suspicious-include) */
#include "program/ctl_words.c" /* NOLINT(bugprone-suspicious-include) */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
parse(struct po *po, const struct buf *bytes)
{
    int line = 0;
    int r = po_parse(po, "fuzz.po", bytes, &line);
    assert(r == 0 || line > 0);
    po_sort(po);
    return r;
}

static void
write_text(struct buf *out, const char *keyword, const char *text)
{
    (void)buf_printf(out, "%s \"", keyword);
    for (; *text != 0; text++) {
        switch (*text) {
        case '\n':
            (void)buf_add_str(out, "\\n\"\n\""); /* as msgcat breaks a line */
            break;
        case '\t':
            (void)buf_add_str(out, "\\t");
            break;
        case '\r':
            (void)buf_add_str(out, "\\r");
            break;
        case '"':
        case '\\':
            (void)buf_add_byte(out, '\\');
            (void)buf_add_byte(out, (uint8_t)*text);
            break;
        default:
            (void)buf_add_byte(out, (uint8_t)*text);
        }
    }
    (void)buf_add_str(out, "\"\n");
}

static void
write_entry(struct buf *out, const struct po_entry *entry)
{
    static const char *const forms[PO_FORMS_MAX] = {
        "msgstr[0]", "msgstr[1]", "msgstr[2]", "msgstr[3]", "msgstr[4]", "msgstr[5]"};
    (void)buf_add_str(out, entry->unread ? "# not read yet\n" : "");
    write_text(out, "msgctxt", entry->context);
    write_text(out, "msgid", entry->id);
    if (entry->form_count == 0) {
        write_text(out, "msgstr", entry->text);
        return;
    }
    write_text(out, "msgid_plural", "many");
    for (size_t i = 0; i < entry->form_count; i++) {
        write_text(out, forms[i], entry->forms[i]);
    }
}

static void
look_at(const struct po *po, const struct po_entry *entry)
{
    const struct po_entry *found = po_find(po, entry->context, entry->id);
    assert(found != NULL && strcmp(found->id, entry->id) == 0);
    assert(entry->id[0] != 0 && entry->text[0] != 0 && entry->line > 0);
    assert(entry->form_count == 0 || entry->forms[0] == entry->text);
    assert(utf8_valid(entry->id, strlen(entry->id)));
    assert(utf8_valid(entry->text, strlen(entry->text)));
    assert(words_places_kept(entry->text, entry->text));
    assert(words_numbers_kept(entry->text, entry->text));
    (void)words_places_kept(entry->id, entry->text);
    (void)words_numbers_kept(entry->id, entry->text);
    (void)furigana_mistake(entry->text, true);
}

static void
expect_same(const struct po_entry *a, const struct po_entry *b)
{
    assert(strcmp(a->context, b->context) == 0 && strcmp(a->id, b->id) == 0);
    assert(strcmp(a->text, b->text) == 0 && a->unread == b->unread);
    assert(a->form_count == b->form_count);
    for (size_t i = 0; i < a->form_count; i++) {
        assert(strcmp(a->forms[i], b->forms[i]) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF bytes;
    AUTO_BUF written;
    buf_init(&bytes, PO_BYTES_MAX);
    buf_init(&written, PO_BYTES_MAX);
    if (buf_add(&bytes, data, size) < 0) {
        return 0;
    }
    struct po po = {0};
    struct po again = {0};
    (void)parse(&po, &bytes); /* what stood before the line that is none is kept */
    bool twice = false; /* entries of one id: which comes first isn't said */
    for (size_t i = 0; i < po.count; i++) {
        look_at(&po, &po.entries[i]);
        write_entry(&written, &po.entries[i]);
        twice = twice || (i > 0 && by_context_and_id(&po.entries[i - 1], &po.entries[i]) == 0);
    }
    assert(po_unread(&po) <= po.count && po_form_count(&po) - 1 < 9);
    if (!twice && buf_error(&written) == 0) {
        assert(parse(&again, &written) == 0 && again.count == po.count);
        for (size_t i = 0; i < po.count; i++) {
            expect_same(&po.entries[i], &again.entries[i]);
        }
    }
    po_release(&again);
    po_release(&po);
    return 0;
}
