/* A tag: the same text the same tag, another key another tag, against a published vector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"

static char folder[HARNESS_FOLDER_LEN];

static char *
put(const char *name, const char *text)
{
    char *path = fs_join(folder, name);
    assert_int_equal(fs_write_atomic(path, text, strlen(text), 0600), 0);
    return path;
}

/* RFC 4231 test case 1 has a key of 20 bytes; HMAC pads keys with zeros (RFC 2104 section 2), so that its 32
 * byte form gives the same. */
static void
test_vector(void **state)
{
    (void)state;
    char tag[SEAL_TAG_LEN];
    char *path =
        put("vector", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b000000000000000000000000\n");
    assert_int_equal(seal_tag(path, "Hi There", tag), 0);
    assert_string_equal(tag, "b0344c61d8db38535ca8afceaf0bf12b");
    free(path);
}

static void
test_made_keys(void **state)
{
    (void)state;
    char *one = fs_join(folder, "one");
    char *two = fs_join(folder, "two");
    char a[SEAL_TAG_LEN];
    char b[SEAL_TAG_LEN];
    struct stat st;
    assert_int_equal(seal_tag_key_make(one), 0);
    assert_int_equal(seal_tag_key_make(one), KERR_EXISTS);
    assert_int_equal(seal_tag_key_make(two), 0);
    assert_int_equal(stat(one, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(seal_tag(one, "400000000001111", a), 0);
    assert_int_equal(seal_tag(one, "400000000001111", b), 0);
    assert_string_equal(a, b);
    assert_int_equal(seal_tag(one, "400000000001112", b), 0);
    assert_string_not_equal(a, b);
    assert_int_equal(seal_tag(two, "400000000001111", b), 0);
    assert_string_not_equal(a, b);
    assert_null(strstr(a, "1111"));
    free(one);
    free(two);
}

static void
test_no_key(void **state)
{
    (void)state;
    char tag[SEAL_TAG_LEN] = "kept";
    static const char *const bad[] = {"", "00\n",
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0000000000000000000000zz\n",
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b00000000000000000000000000\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *path = put("bad", bad[i]);
        assert_int_equal(seal_tag(path, "x", tag), KERR_SEAL_KEY);
        free(path);
    }
    char *none = fs_join(folder, "none");
    assert_int_equal(seal_tag(none, "x", tag), KERR_SEAL_KEY);
    assert_string_equal(tag, "kept");
    free(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_made_keys),
        cmocka_unit_test(test_no_key),
    };
    harness_folder_make(folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return harness_folder_remove(folder) == 0 ? failed : 1;
}
