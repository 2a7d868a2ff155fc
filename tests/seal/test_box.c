/* A box: what is in it opens for the desk's keys alone, whole, and in its place; a newer key makes it old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "seal/homes.h"
#include "seal/seal.h"

enum { DAY = 86400, NOW = 1795312800, LEN = 300 };

static struct seal_opener *
opener_of(const char *keys)
{
    struct seal_opener *opener = NULL;
    assert_int_equal(seal_opener_new(in(keys, "city.crt"), in(keys, "city.key"), &opener), 0);
    return opener;
}

static void
test_pieces(void **state)
{
    (void)state;
    struct seal_opener *own = opener_of(ours);
    struct seal_opener *foreign = opener_of(theirs);
    struct seal_box *box = NULL;
    struct seal_box *again = NULL;
    struct seal_box *other = NULL;
    uint8_t bytes[LEN], closed[LEN + SEAL_BOX_OVER], twin[LEN + SEAL_BOX_OVER], open[LEN];
    bool old = true;
    AUTO_BUF head;
    AUTO_BUF other_head;
    buf_init(&head, 8192);
    buf_init(&other_head, 8192);
    memset(bytes, 'a', sizeof(bytes));
    assert_int_equal(seal_box_new(own, NOW, &head, &box), 0);
    assert_int_equal(seal_box_new(own, NOW, &other_head, &other), 0);
    assert_int_equal(
        seal_box_open(foreign, NOW, head.data, head.len, &again, &old), KERR_SEAL_OPEN);
    assert_int_equal(
        seal_box_open(own, NOW, head.data, head.len - 1, &again, &old), KERR_SEAL_FORM);
    assert_int_equal(seal_box_open(own, NOW, head.data, head.len, &again, &old), 0);
    assert_false(old);

    const struct seal_piece piece = {bytes, sizeof(bytes), (const uint8_t *)"here", 4};
    assert_int_equal(seal_box_put(box, &piece, closed), 0);
    assert_int_equal(seal_box_put(box, &piece, twin), 0);
    assert_memory_not_equal(closed, twin, sizeof(closed)); /* equal pieces don't look alike */
    assert_memory_not_equal(closed + 12, bytes, LEN); /* behind the nonce */
    struct seal_piece shut = {closed, sizeof(closed), (const uint8_t *)"here", 4};
    assert_int_equal(seal_box_get(again, &shut, open), 0);
    assert_memory_equal(open, bytes, sizeof(open));
    assert_int_equal(seal_box_get(other, &shut, open), KERR_SEAL_OPEN);
    assert_true(open[0] == 0 && open[LEN - 1] == 0);
    shut.place = (const uint8_t *)"thre";
    assert_int_equal(seal_box_get(box, &shut, open), KERR_SEAL_OPEN);
    shut.place = (const uint8_t *)"here";
    shut.len = SEAL_BOX_OVER - 1;
    assert_int_equal(seal_box_get(box, &shut, open), KERR_SEAL_FORM);
    shut.len = sizeof(closed);
    for (size_t i = 0; i < sizeof(closed); i++) {
        closed[i] ^= 1;
        assert_int_equal(seal_box_get(box, &shut, open), KERR_SEAL_OPEN);
        closed[i] ^= 1;
    }
    seal_box_free(box);
    seal_box_free(again);
    seal_box_free(other);
    seal_box_free(NULL);
    seal_opener_free(own);
    seal_opener_free(foreign);
}

/* The newest key that has begun is used; a box of an earlier one opens and is told to be old. */
static void
test_newer_key(void **state)
{
    (void)state;
    struct seal_keyring *first = NULL;
    assert_int_equal(seal_keyring_first(in(ours, "recipients.pem"), &first), 0);
    int64_t made = seal_keyring_use(first, 0).from + DAY;
    seal_keyring_free(first);
    const struct seal_next next = {
        ours, in(ours, "city"), in(home, "ring.der"), made, made + 10 * DAY, 100};
    struct seal_opener *own = opener_of(ours);
    struct seal_opener *both = opener_of(ours);
    struct seal_box *box = NULL;
    bool old = true;
    AUTO_BUF head;
    AUTO_BUF newer;
    buf_init(&head, 8192);
    buf_init(&newer, 8192);
    assert_int_equal(seal_keyring_next(&next), 0);
    assert_int_equal(seal_opener_add_folder(both, in(ours, "city")), 0);
    assert_int_equal(seal_box_new(both, made, &head, &box), 0);
    seal_box_free(box);
    assert_int_equal(seal_box_open(both, made, head.data, head.len, &box, &old), 0);
    assert_false(old);
    seal_box_free(box);
    assert_int_equal(seal_box_open(both, made + 11 * DAY, head.data, head.len, &box, &old), 0);
    assert_true(old);
    seal_box_free(box);
    assert_int_equal(seal_box_new(both, made + 11 * DAY, &newer, &box), 0);
    seal_box_free(box);
    assert_int_equal(seal_box_open(own, made, newer.data, newer.len, &box, &old), KERR_SEAL_OPEN);
    seal_opener_free(own);
    seal_opener_free(both);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_newer_key),
    };
    return cmocka_run_group_tests(tests, homes_make, homes_remove);
}
