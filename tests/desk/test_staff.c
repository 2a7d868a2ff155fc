/* The lock-out ladder on a clock moved by hand: 5 wrong, 15 s doubling, 15 lock; the same for names
 * that exist and names that don't. The password function is a fake that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "desk/hand_priv.h"
#include "desk/fake_clock.h"

enum { NOON_IN_JAPAN = 1800000000 / 86400 * 86400 + 3 * 3600, DAY = 86400 };

static int checks;

/* The fake hash is "=" and the password itself. */
static int
check(const char *password, const char *hash)
{
    checks++;
    return hash[0] == '=' && strcmp(hash + 1, password) == 0 ? 0 : KERR_SEAL_SIGNATURE;
}

struct fixture {
    struct fake_clock clock;
    struct desk_staff *staff;
    char path[64];
    struct desk_who who;
};

static void
write_staff(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int
setup(void **state)
{
    static struct fixture f;
    (void)snprintf(f.path, sizeof(f.path), "/tmp/madoguchi-staff-XXXXXX");
    int fd = mkstemp(f.path);
    assert_true(fd >= 0);
    (void)close(fd);
    write_staff(f.path, "# staff\nsato:=aki\n\nbroken\n:=x\n佐藤:=はる\nlast:=end");
    fake_clock_init(&f.clock, NOON_IN_JAPAN);
    assert_int_equal(desk_staff_new(f.path, check, &f.clock.clock, &f.staff), 0);
    checks = 0;
    *state = &f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    desk_staff_free(f->staff);
    (void)unlink(f->path);
    return 0;
}

static enum desk_login
try(struct fixture *f, const char *name, const char *password)
{
    int wait_s = 0;
    return desk_staff_login(f->staff, name, password, &f->who, &wait_s);
}

static void
test_names(void **state)
{
    struct fixture *f = *state;
    char longest[LEDGER_NAME_MAX + 1] = {0};
    assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_OK);
    assert_int_equal(try(f, "佐藤", "はる"), DESK_LOGIN_OK);
    assert_int_equal(try(f, "last", "end"), DESK_LOGIN_OK);
    assert_int_equal(try(f, "sato", "Aki"), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "SATO", "aki"), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "sat", "aki"), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "sato:=aki", ""), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "", "x"), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "# staff", ""), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "broken", ""), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "\xff", "x"), DESK_LOGIN_WRONG);
    memset(longest, 'a', LEDGER_NAME_MAX);
    assert_int_equal(try(f, longest, "x"), DESK_LOGIN_WRONG);
}

/* name:role:hash. A line from before there were roles is a clerk's; one with a role that nobody knows is nobody's, and costs
 * as much. */
static void
test_roles(void **state)
{
    struct fixture *f = *state;
    write_staff(f->path, "old:=a\nkato:clerk:=a\nmori:lead:=a\nono:operator:=a\n"
                         "typo:leed:=a\nempty::=a\ncase:Lead:=a\nlong:leader:=a\nshort:lea:=a\n");
    static const struct {
        const char *name;
        enum desk_login login;
        enum desk_role role;
    } table[] = {
        {"old", DESK_LOGIN_OK, DESK_CLERK},
        {"kato", DESK_LOGIN_OK, DESK_CLERK},
        {"mori", DESK_LOGIN_OK, DESK_LEAD},
        {"ono", DESK_LOGIN_OK, DESK_OPERATOR},
        {"typo", DESK_LOGIN_WRONG, DESK_ROLE_COUNT},
        {"empty", DESK_LOGIN_WRONG, DESK_ROLE_COUNT},
        {"case", DESK_LOGIN_WRONG, DESK_ROLE_COUNT},
        {"long", DESK_LOGIN_WRONG, DESK_ROLE_COUNT},
        {"short", DESK_LOGIN_WRONG, DESK_ROLE_COUNT},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        f->who.role = DESK_ROLE_COUNT;
        assert_int_equal(try(f, table[i].name, "a"), table[i].login);
        assert_int_equal(f->who.role, table[i].role);
        assert_int_equal(checks, i + 1);
    }
}

static const char *
text_of(const char *path, struct buf *file)
{
    buf_clear(file);
    assert_int_equal(fs_read(path, file), 0);
    return buf_str(file);
}

/* Lines are added, renewed and taken out; all others stay as they are. */
static void
test_file(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF file;
    buf_init(&file, 4096);
    write_staff(f->path, "# staff\nsato:=aki\nsatoko:lead:=b"); /* without a line end */
    assert_int_equal(desk_staff_add(f->path, "sato", "clerk", "=x"), KERR_EXISTS);
    assert_int_equal(desk_staff_add(f->path, "ono", "boss", "=x"), KERR_INVALID);
    static const char *const names[] = {"", "a:b", "#a", "a\nb", "a\x7f", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(desk_staff_add(f->path, names[i], "clerk", "=x"), KERR_INVALID);
        assert_int_equal(desk_staff_renew(f->path, names[i], "=x"), KERR_INVALID);
        assert_int_equal(desk_staff_remove(f->path, names[i]), KERR_INVALID);
    }
    assert_string_equal(text_of(f->path, &file), "# staff\nsato:=aki\nsatoko:lead:=b");
    uid_t service = geteuid() == 0 ? 4321 : geteuid(); /* root adds, the desk reads */
    struct stat st;
    assert_int_equal(chown(f->path, service, getegid()), 0);
    assert_int_equal(desk_staff_add(f->path, "小野", "operator", "=c"), 0);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_uid, service);
    assert_int_equal(desk_staff_renew(f->path, "satoko", "=d"), 0);
    assert_int_equal(desk_staff_renew(f->path, "sato", "=e"), 0);
    assert_string_equal(
        text_of(f->path, &file), "# staff\nsato:=e\nsatoko:lead:=d\n小野:operator:=c\n");
    assert_int_equal(desk_staff_remove(f->path, "sato"), 0);
    assert_int_equal(desk_staff_remove(f->path, "sato"), KERR_NOT_FOUND);
    assert_int_equal(desk_staff_renew(f->path, "sato", "=e"), KERR_NOT_FOUND);
    assert_string_equal(text_of(f->path, &file), "# staff\nsatoko:lead:=d\n小野:operator:=c\n");
}

/* Root changes these files in a folder of the service: a link there must not hand the service a copy of what it can't read. */
static void
test_file_is_no_link(void **state)
{
    struct fixture *f = *state;
    char link[sizeof(f->path) + 8], key[DESK_KEY_LEN];
    struct stat st;
    (void)snprintf(link, sizeof(link), "%s.link", f->path);
    assert_int_equal(symlink(f->path, link), 0);
    assert_int_equal(desk_staff_add(link, "ono", "clerk", "=x"), KERR_INVALID);
    assert_int_equal(desk_staff_renew(link, "sato", "=x"), KERR_INVALID);
    assert_int_equal(desk_staff_remove(link, "sato"), KERR_INVALID);
    write_staff(f->path, "# clients\ntax:-:0:page:done:*\n");
    const struct desk_client_terms terms = {
        .name = "road", .rights = "page", .states = "done", .procedures = "*"};
    assert_int_equal(desk_client_add(link, &terms, key), KERR_INVALID);
    assert_int_equal(desk_client_revoke(link, "tax"), KERR_INVALID);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(unlink(link), 0);
}

static void
test_nobody_costs_as_much_as_somebody(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(try(f, "nobody", "aki"), DESK_LOGIN_WRONG);
    assert_int_equal(checks, 1);
    assert_int_equal(try(f, "nobody", "end"), DESK_LOGIN_WRONG); /* the hash it is run against */
    assert_int_equal(checks, 2);
}

static void
climb(struct fixture *f, const char *name)
{
    int wait_s = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(try(f, name, "x"), DESK_LOGIN_WRONG);
    }
    int expected = 15;
    for (int wrong = 5; wrong < 15; wrong++) {
        assert_int_equal(try(f, name, "x"), DESK_LOGIN_WRONG);
        int before = checks;
        assert_int_equal(
            desk_staff_login(f->staff, name, "aki", &f->who, &wait_s), DESK_LOGIN_WAIT);
        assert_int_equal(wait_s, expected);
        fake_clock_pass(&f->clock, expected - 1);
        assert_int_equal(
            desk_staff_login(f->staff, name, "aki", &f->who, &wait_s), DESK_LOGIN_WAIT);
        assert_int_equal(wait_s, 1);
        assert_int_equal(checks, before); /* while waiting nothing is checked */
        fake_clock_pass(&f->clock, 1);
        expected *= 2;
    }
    assert_int_equal(try(f, name, "x"), DESK_LOGIN_LOCKED);
    assert_int_equal(try(f, name, "aki"), DESK_LOGIN_LOCKED);
}

static void
test_ladder(void **state)
{
    struct fixture *f = *state;
    climb(f, "sato");
    assert_int_equal(try(f, "last", "end"), DESK_LOGIN_OK); /* others are not touched */
    f->clock.wall_s -= 2 * DAY; /* a clock set back opens nothing */
    assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_LOCKED);
    f->clock.wall_s += 2 * DAY;
    fake_clock_pass(&f->clock, DAY);
    assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_OK);
}

static void
test_ladder_of_nobody(void **state)
{
    climb(*state, "nobody");
}

static void
test_right_one_resets(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 4; i++) {
            assert_int_equal(try(f, "sato", "x"), DESK_LOGIN_WRONG);
        }
        assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_OK);
    }
}

static void
test_file_is_read_each_time(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_OK);
    write_staff(f->path, "suzuki:=natsu\n");
    assert_int_equal(try(f, "sato", "aki"), DESK_LOGIN_WRONG);
    assert_int_equal(try(f, "suzuki", "natsu"), DESK_LOGIN_OK);
    write_staff(f->path, "");
    assert_int_equal(try(f, "suzuki", "natsu"), DESK_LOGIN_WRONG);
    (void)unlink(f->path);
    assert_int_equal(try(f, "suzuki", "natsu"), DESK_LOGIN_WRONG);
    struct desk_staff *none = NULL;
    assert_int_equal(desk_staff_new(f->path, check, &f->clock.clock, &none), KERR_NOT_FOUND);
    assert_null(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_roles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_is_no_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_costs_as_much_as_somebody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ladder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ladder_of_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_right_one_resets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_is_read_each_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
