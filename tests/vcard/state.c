/* vcard/state.c - counters and watch notes on disk. */
#include "state.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"

int
vcard_state_load(const char *path, struct vcard *card)
{
    struct conf *conf = NULL;
    int r = conf_load(path, &conf, NULL);
    if (r == KERR_NOT_FOUND) {
        return 0;
    }
    if (r < 0) {
        return r;
    }
    struct vcard_counters fresh = vcard_counters(card);
    struct vcard_counters counters = {
        .pin = (int)conf_int(conf, "pin", 0, VCARD_PIN_TRIES, -1),
        .a = (int)conf_int(conf, "a", 0, VCARD_AB_TRIES, -1),
        .b = (int)conf_int(conf, "b", 0, VCARD_AB_TRIES, -1),
        .login = fresh.login, /* nobody uses these here: a sample's own stay as they are */
        .sign = fresh.sign,
        .registration = fresh.registration,
    };
    conf_free(conf);
    if (counters.pin < 0 || counters.a < 0 || counters.b < 0) {
        return KERR_INVALID;
    }
    vcard_set_counters(card, &counters);
    return 0;
}

int
vcard_state_save(const char *path, const struct vcard_counters *counters)
{
    AUTO_BUF text;
    buf_init(&text, 128);
    (void)buf_printf(&text, "pin = %d\na = %d\nb = %d\n", counters->pin, counters->a, counters->b);
    return fs_write_atomic(path, text.data, text.len, 0600);
}

int
vcard_watch_note(const char *path, const char *what)
{
    AUTO_BUF text;
    buf_init(&text, 256);
    (void)buf_printf(&text, "%s\n", what);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return KERR_IO;
    }
    ssize_t n = write(fd, text.data, text.len);
    return close(fd) == 0 && n == (ssize_t)text.len ? 0 : KERR_IO;
}
