/* vcard/files.c - the files of the card as bytes: EF 0002 with the four attributes and EF 0001 with the number, laid out
 * as cards 1.7 and 1.8 show them, and the certificate (1.11). */
#include "vcard.h"

#include <string.h>

#include "base/err.h"

enum {
    PHYSICAL_STEP = 256, /* the real size of EF 0002 is not public; only that filler follows */
    ATTRIBUTES = 4
};

static void
put_tag(struct buf *out, unsigned tag)
{
    (void)buf_add_byte(out, (uint8_t)(tag >> 8)); /* errors are sticky in out */
    (void)buf_add_byte(out, (uint8_t)tag);
}

/* extra: length bytes more than the shortest form has (0, 1 or 2). */
static void
put_length(struct buf *out, size_t len, unsigned extra)
{
    unsigned bytes = len < 0x80 ? 0 : len < 0x100 ? 1 : 2;
    bytes = bytes + extra > 2 ? 2 : bytes + extra;
    if (bytes > 0) {
        (void)buf_add_byte(out, (uint8_t)(0x80 | bytes));
    }
    if (bytes == 2) {
        (void)buf_add_byte(out, (uint8_t)(len >> 8));
    }
    (void)buf_add_byte(out, (uint8_t)len);
}

static size_t
length_size(size_t len, unsigned extra)
{
    struct buf probe;
    buf_init(&probe, 8);
    put_length(&probe, len, extra);
    size_t size = probe.len;
    buf_release(&probe);
    return size;
}

static void
fill(const struct vcard_person *person, struct buf *file)
{
    bool filler = (person->layout & VCARD_LAYOUT_NO_FILLER) == 0;
    while (filler && file->failed == 0 && file->len < VCARD_FILE_MAX &&
           (file->len % PHYSICAL_STEP != 0 || file->len < 2 * PHYSICAL_STEP)) {
        (void)buf_add_byte(file, 0xFF);
    }
}

int
vcard_file_attributes(const struct vcard_person *person, struct buf *ret_file)
{
    const char *values[ATTRIBUTES] = {person->name, person->address, person->birth, person->sex};
    bool wide = (person->layout & VCARD_LAYOUT_NON_MINIMAL) != 0;
    /* Non-minimal: one byte too many for the first, two for the second, and so on. */
    unsigned extra[ATTRIBUTES] = {wide ? 1 : 0, wide ? 2 : 0, 0, wide ? 1 : 0};
    size_t inner = 2 + 1 + 2 * ATTRIBUTES; /* the offset table */
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        size_t len = strlen(values[i]);
        inner += 2 + length_size(len, extra[i]) + len;
    }
    unsigned outer_extra = wide ? 2 : 0;
    size_t offset = 2 + length_size(inner, outer_extra) + 2 + 1 + 2 * ATTRIBUTES;

    AUTO_BUF file;
    buf_init(&file, VCARD_FILE_MAX);
    put_tag(&file, 0xFF20);
    put_length(&file, inner, outer_extra);
    put_tag(&file, 0xDF21);
    put_length(&file, 2 * ATTRIBUTES, 0);
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        size_t said = (person->layout & VCARD_LAYOUT_WRONG_OFFSETS) != 0 ? offset + 1 : offset;
        put_tag(&file, (unsigned)said);
        offset += 2 + length_size(strlen(values[i]), extra[i]) + strlen(values[i]);
    }
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        put_tag(&file, 0xDF22 + (unsigned)i);
        put_length(&file, strlen(values[i]), extra[i]);
        (void)buf_add_str(&file, values[i]);
    }
    fill(person, &file);
    return file.failed != 0 ? file.failed : buf_add(ret_file, file.data, file.len);
}

int
vcard_file_certificate(const struct vcard_person *person, struct buf *ret_file)
{
    if (person->certificate_len > 0) {
        (void)buf_add(ret_file, person->certificate, person->certificate_len);
        fill(person, ret_file);
    }
    return ret_file->failed;
}

int
vcard_file_number(const struct vcard_person *person, struct buf *ret_file)
{
    put_tag(ret_file, 0xFF10);
    (void)buf_add_byte(ret_file, 12);
    (void)buf_add(ret_file, person->number, 12);
    return buf_add(ret_file, "\xFF\xFF", 2);
}
