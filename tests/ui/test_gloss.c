/* Two languages side by side: the Japanese under a text is found, counted, drawn and shown; it never makes
 * words overflow that fit alone; bars and keys have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ui/scenes.h"
#include "ui/ui_priv.h"

static const char question[] = "Where will you hand in the copy?";
static const char japanese[] = "住民票は、どこに出しますか。";

static const char *
find(void *ctx, const char *text)
{
    ++*(int *)ctx;
    return strcmp(text, question) == 0 ? japanese : NULL;
}

static struct ui_element
title(int height)
{
    return (struct ui_element){.role = UI_ROLE_TITLE,
        .text = question,
        .rect = {240, 400, 3600, height},
        .size = UI_SIZE_TITLE};
}

static int
natural_height(struct ui *ui, const struct ui_element *element)
{
    int w;
    int h;
    ui_natural(ui, element, &w, &h);
    return h;
}

static void
show(struct ui *ui, const struct ui_element *element)
{
    ui_begin(ui, "page");
    ui_add(ui, element);
    ui_end(ui);
}

static bool
dump_holds(struct ui *ui, const char *text)
{
    AUTO_BUF json;
    buf_init(&json, 64 * 1024);
    assert_int_equal(ui_dump(ui, &json), 0);
    return strstr(buf_str(&json), text) != NULL;
}

static void
test_counted(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    int asked = 0;
    struct ui_element element = title(0);
    ui_set_language(ui, "en");
    int alone = natural_height(ui, &element);
    int text_alone = ui_text_height(ui, question, 3600, UI_SIZE_TITLE, true);
    ui_set_gloss(ui, find, &asked);
    assert_true(natural_height(ui, &element) > alone + 73); /* a line of at least 7.3 mm more */
    assert_true(ui_text_height(ui, question, 3600, UI_SIZE_TITLE, true) > text_alone + 73);
    show(ui, &element);
    assert_true(ui_shows(ui, japanese));
    assert_true(dump_holds(ui, "\"gloss\": "));
    assert_false(dump_holds(ui, "\"overflow\""));
    ui_set_gloss(ui, NULL, NULL);
    assert_int_equal(natural_height(ui, &element), alone);
    ui_free(ui);
}

static void
test_not_in_bars_and_keys(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    int asked = 0;
    ui_set_gloss(ui, find, &asked);
    struct ui_element element = title(0);
    element.size = UI_SIZE_BAR;
    show(ui, &element);
    element.size = UI_SIZE_CHOICE;
    element.role = UI_ROLE_FIELD; /* what the visitor wrote is nobody's to translate */
    show(ui, &element);
    assert_int_equal(asked, 0);
    assert_false(ui_shows(ui, japanese));
    ui_free(ui);
}

static void
test_gives_way(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    int asked = 0;
    struct ui_element element = title(0);
    element.size = UI_SIZE_SMALL; /* nothing is smaller: there is no room for both */
    element.rect.h = natural_height(ui, &element);
    ui_set_gloss(ui, find, &asked);
    show(ui, &element);
    assert_true(asked > 0);
    assert_false(dump_holds(ui, "\"overflow\""));
    ui_free(ui);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counted),
        cmocka_unit_test(test_not_in_bars_and_keys),
        cmocka_unit_test(test_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
