/* The terminal reads a bundle while newer ones come: what it shows is one whole bundle, the newest, with its own words, and never
 * what is left of one that was tidied away meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app_priv.h"
#include "base/fs.h"
#include "harness/harness.h"

#define SERVICE "resident-record"
#define OURS "住民票の写し"

static struct scene {
    char folder[HARNESS_FOLDER_LEN];
    struct app app;
    struct conf *conf;
} scene;

/* A tree of a bundle: what is shipped, with another title of one service. */
static void
make_tree(const char *name, const char *title)
{
    char command[4096];
    const char *tree = harness_file(scene.folder, name);
    (void)snprintf(command, sizeof(command),
        "mkdir -p '%s/assets' && cd assets && cp -r dictionary city forms pages phrases procedures "
        "'%s/assets' && "
        "sed -i 's/^title: " OURS "$/title: %s/' '%s/assets/procedures/" SERVICE ".yaml'",
        tree, tree, title, tree);
    assert_int_equal(system(command), 0);
}

/* As kiosk-sync does it: one rename. */
static void
point_at(const char *link, const char *name)
{
    const char *made = harness_file(scene.folder, "bundles/content/link.new");
    assert_int_equal(symlink(name, made), 0);
    assert_int_equal(rename(made, harness_file(scene.folder, link)), 0);
}

static void
named(const char *title)
{
    const struct procedure *service = procedure_find(scene.app.procedures, SERVICE);
    assert_non_null(service);
    assert_string_equal(procedure_info(service).title.source, title);
}

static int
set_up(void **state)
{
    char text[2048];
    char *shipped = realpath("assets", NULL);
    char *locale = fs_join(getenv("BUILD"), "locale");
    *state = &scene;
    memset(&scene, 0, sizeof(scene));
    harness_folder_make(scene.folder);
    int len = snprintf(text, sizeof(text), "bundles = %s/bundles\nlocale = %s\nassets = %s\n",
        scene.folder, locale, shipped);
    const char *conf = harness_file(scene.folder, "madoguchi.conf");
    assert_int_equal(fs_write_atomic(conf, text, (size_t)len, 0600), 0);
    assert_int_equal(conf_load(conf, &scene.conf, &len), 0);
    assert_int_equal(i18n_new(locale, &scene.app.i18n), 0);
    scene.app.conf = scene.conf;
    scene.app.clock = clock_system();
    free(locale);
    free(shipped);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    info_search_free(scene.app.search);
    info_free(scene.app.info);
    procedure_set_free(scene.app.procedures);
    i18n_free(scene.app.i18n);
    conf_free(scene.conf);
    return harness_folder_remove(scene.folder);
}

struct pulled {
    const char *pipe;
    struct buf text;
};

/* Once the file is read, two newer bundles come; only then it has an end. */
static void *
pull(void *arg)
{
    struct pulled *pulled = arg;
    int fd = open(pulled->pipe, O_WRONLY | O_CLOEXEC);
    point_at("bundles/content/before", "3-b");
    point_at("bundles/content/now", "4-c");
    ssize_t put =
        write(fd, pulled->text.data, pulled->text.len); /* a reader that went shows below */
    (void)put;
    (void)close(fd);
    return NULL;
}

static void
test_pulled_away(void **state)
{
    (void)state;
    static char pipe[1024];
    pthread_t thread;
    make_tree("bundles/content/2-a", "写しその一");
    make_tree("bundles/content/4-c", "写しその三");
    (void)snprintf(pipe, sizeof(pipe), "%s",
        harness_file(scene.folder, "bundles/content/2-a/assets/procedures/" SERVICE ".yaml"));
    struct pulled pulled = {.pipe = pipe};
    buf_init(&pulled.text, 64 * 1024);
    assert_int_equal(fs_read(pipe, &pulled.text), 0);
    assert_int_equal(unlink(pipe), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    point_at("bundles/content/now", "2-a");
    assert_int_equal(pthread_create(&thread, NULL, pull, &pulled), 0);
    const struct i18n *words = scene.app.i18n;
    assert_int_equal(content_open(&scene.app), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    named("写しその三");
    assert_int_equal(scene.app.content_rank, 0); /* the newest, not the one before */
    assert_ptr_not_equal(scene.app.i18n, words); /* read anew with it */
    buf_release(&pulled.text);
}

/* A link to nothing is no bundle. */
static void
test_link_to_nothing(void **state)
{
    (void)state;
    make_tree("bundles/content/2-a", "写しその一");
    point_at("bundles/content/before", "2-a");
    point_at("bundles/content/now", "3-b");
    assert_int_equal(content_open(&scene.app), 0);
    named("写しその一");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pulled_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_link_to_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
