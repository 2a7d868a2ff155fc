/* program/ctl_new.c - `kioskctl new procedure ID DOOR [ASSETS]`: a definition file to start from, copied from
 * assets/templates, and the service behind a door of the home screen. Nothing that is there is overwritten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_door.h"
#include "program/ctl.h"

enum { TEMPLATE_MAX = 64 * 1024, ID_LENGTH_MAX = 40 };

/* As the procedure room has it, told before a file is made. */
static bool
is_id(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= ID_LENGTH_MAX && text[0] >= 'a' && text[0] <= 'z' &&
           text[len - 1] != '-' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* {id} and {today} in their places. */
static void
fill(struct buf *out, const char *text, const char *id)
{
    char today[CLOCK_DAY_LEN];
    clock_day_text(clock_japan_day(clock_wall_s(clock_system())), today);
    while (*text != 0) {
        if (strncmp(text, "{id}", 4) == 0) {
            (void)buf_add_str(out, id); /* errors stick in out */
            text += 4;
        } else if (strncmp(text, "{today}", 7) == 0) {
            (void)buf_add_str(out, today);
            text += 7;
        } else {
            (void)buf_add_byte(out, (uint8_t)*text++);
        }
    }
}

static int
make_file(const char *assets, const char *path, const char *id)
{
    AUTO_BUF template;
    AUTO_BUF filled;
    buf_init(&template, TEMPLATE_MAX);
    buf_init(&filled, 2 * TEMPLATE_MAX);
    char *from = fs_join(assets, "templates/procedure.yaml");
    int r = fs_read(from, &template);
    if (r == 0) {
        fill(&filled, buf_str(&template), id);
        r = buf_error(&filled);
    }
    if (r == 0) {
        r = fs_write_atomic(path, filled.data, filled.len, 0644);
    }
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl: %s can't be made from %s: %s\n", path, from, err_str(r));
    }
    free(from);
    return r;
}

static int
make(const char *assets, const char *id, const char *door)
{
    char name[ID_LENGTH_MAX + sizeof("procedures/.yaml")];
    (void)snprintf(name, sizeof(name), "procedures/%s.yaml", id);
    char *path = fs_join(assets, name);
    int r = KERR_EXISTS;
    if (fs_exists(path)) {
        (void)fprintf(stderr, "kioskctl: %s is there already\n", path);
    } else if ((r = door_add(assets, door, id)) < 0) {
        (void)fprintf(stderr,
            "kioskctl: no door \"%s\" with a list in %s/city/doors.yaml; there are:\n", door,
            assets);
        door_print(assets);
    } else if ((r = make_file(assets, path, id)) == 0) {
        (void)printf("%s is made, behind the door \"%s\". Write in it, then:\n"
                     "  kioskctl check --language ja     is it right?\n"
                     "  kioskctl preview %s     see it on the kiosk\n",
            path, door, id);
    }
    free(path);
    return r < 0 ? 1 : 0;
}

int
ctl_new(int argc, char **argv)
{
    if (argc < 4 || argc > 5 || strcmp(argv[1], "procedure") != 0) {
        (void)fprintf(stderr, "usage: kioskctl new procedure ID DOOR [ASSETS]\n");
        return 2;
    }
    if (!is_id(argv[2])) {
        (void)fprintf(stderr,
            "kioskctl: an id has small letters, digits and hyphens, and begins with a letter: %s\n",
            argv[2]);
        return 1;
    }
    char *assets = argc > 4 ? xstrdup(argv[4]) : conf_share(NULL, "assets");
    int code = make(assets, argv[2], argv[3]);
    free(assets);
    return code;
}
