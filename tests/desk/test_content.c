/* A desk that runs takes the content of a newer bundle between two requests: as a whole or not at all, whatever lies in it. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk/fixture.h"

#define OURS "住民票の写し"

struct scene {
    struct fixture *f;
    struct conf *conf;
    struct desk_content *content;
    char *folder; /* bundles/content */
};

static void
make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

/* A tree of a bundle: what is shipped, but for one file of services, in which a title stands instead of ours; NULL: a file that
 * can't be read. */
static void
make_tree(const struct scene *scene, const char *name, const char *title)
{
    static const char *const same[] = {"dictionary", "city", "forms", "pages", "live"};
    char *tree = fs_join(scene->folder, name);
    char *assets = fs_join(tree, "assets");
    char *services = fs_join(assets, "procedures");
    char *shipped = realpath("assets", NULL);
    char *from = fs_join(shipped, "procedures");
    char *to = fs_join(services, "resident-record.yaml");
    char *original = fs_join(from, "resident-record.yaml");
    AUTO_BUF text;
    AUTO_BUF changed;
    buf_init(&text, 64 * 1024);
    buf_init(&changed, 64 * 1024);
    make_folder(tree);
    make_folder(assets);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        char *target = fs_join(shipped, same[i]);
        char *link = fs_join(assets, same[i]);
        assert_true(!fs_exists(target) || symlink(target, link) == 0);
        free(link);
        free(target);
    }
    char command[4096];
    (void)snprintf(command, sizeof(command), "cp -r '%s' '%s'", from, services);
    assert_int_equal(system(command), 0);
    assert_int_equal(fs_read(original, &text), 0);
    const char *at = strstr(buf_str(&text), "title: " OURS "\n");
    assert_non_null(at);
    size_t before = (size_t)(at - buf_str(&text));
    assert_int_equal(buf_add(&changed, text.data, before), 0);
    assert_int_equal(buf_printf(&changed, title != NULL ? "title: %s" : "title: [%s",
                         title != NULL ? title : ""),
        0);
    assert_int_equal(buf_add_str(&changed, at + strlen("title: " OURS)), 0);
    assert_int_equal(fs_write_atomic(to, changed.data, changed.len, 0600), 0);
    char *all[] = {tree, assets, services, shipped, from, to, original};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        free(all[i]);
    }
}

/* As kiosk-sync does it: one rename. */
static void
show_by(const struct scene *scene, const char *by, const char *name)
{
    char *link = fs_join(scene->folder, by);
    char *made = fs_join(scene->folder, "link.new");
    assert_int_equal(symlink(name, made), 0);
    assert_int_equal(rename(made, link), 0);
    free(made);
    free(link);
}

static void
show(const struct scene *scene, const char *name)
{
    show_by(scene, "now", name);
}

/* The list shows the service by this name, and by no other. */
static void
named(const struct scene *scene, const char *title)
{
    static const char *const all[] = {OURS, "写しその一", "写しその二", "写しその三"};
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    assert_int_equal(get(scene->f, "/list", &page), 200);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        bool is_it = strcmp(all[i], title) == 0;
        if ((strstr(buf_str(&page), all[i]) != NULL) != is_it) {
            fail_msg("%s is%s there", all[i], is_it ? " not" : "");
        }
    }
}

static void
later(const struct scene *scene)
{
    fake_clock_pass(&scene->f->clock, DESK_CONTENT_LOOK_MS / 1000);
}

static void
begin(struct fixture *f, struct scene *scene)
{
    char *conf = fs_join(f->home, "madoguchi.conf");
    char *bundles = fs_join(f->home, "bundles");
    char line[4096];
    *scene = (struct scene){.f = f, .folder = fs_join(bundles, "content")};
    make_folder(bundles);
    make_folder(scene->folder);
    char *locale = locale_folder();
    char *shipped = realpath("assets", NULL);
    int len = snprintf(
        line, sizeof(line), "bundles = %s\nlocale = %s\nassets = %s\n", bundles, locale, shipped);
    free(shipped);
    free(locale);
    assert_int_equal(fs_write_atomic(conf, line, (size_t)len, 0600), 0);
    assert_int_equal(conf_load(conf, &scene->conf, &len), 0);
    assert_int_equal(desk_content_open(scene->conf, &scene->content), 0);
    f->desk.config.content = scene->content;
    f->desk.config.words = desk_content_words(scene->content);
    f->desk.config.procedures = desk_content_procedures(scene->content);
    f->desk.config.handover = "assets/handover";
    const struct filled_visit visit = {.procedure = "resident-record",
        .language = "en",
        .fee = 600,
        .at = NOW - 60,
        .facts = filled_resident,
        .count = ARRAY_LEN(filled_resident)};
    uint8_t id[RECORD_ID_LEN];
    filled_put(&f->filled, &visit, id, NULL);
    free(bundles);
    free(conf);
}

static void
end(struct scene *scene)
{
    desk_content_close(scene->content);
    conf_free(scene->conf);
    free(scene->folder);
}

static void
test_newer_bundles(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    named(&scene, OURS);
    make_tree(&scene, "1-a", "写しその一");
    show(&scene, "1-a");
    named(&scene, OURS); /* it is not looked for at each request */
    later(&scene);
    named(&scene, "写しその一");
    assert_non_null(desk_hand_layout(&scene.f->desk, "resident-record")->columns);
    const struct procedure_set *first = scene.f->desk.config.procedures;
    later(&scene);
    named(&scene, "写しその一");
    assert_ptr_equal(first, scene.f->desk.config.procedures); /* the same one is not read again */
    make_tree(&scene, "2-b", "写しその二");
    show(&scene, "2-b");
    later(&scene);
    named(&scene, "写しその二");
    assert_non_null(desk_hand_layout(&scene.f->desk, "resident-record")->columns);
    end(&scene);
}

/* Services that can't be read, and words that can't: nothing of such a bundle is used. */
static void
test_not_by_halves(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    make_tree(&scene, "1-a", "写しその一");
    show(&scene, "1-a");
    later(&scene);
    named(&scene, "写しその一");
    make_tree(&scene, "2-broken", NULL);
    show(&scene, "2-broken");
    later(&scene);
    named(&scene, "写しその一");
    make_tree(&scene, "3-mute", "写しその二");
    char *tree = fs_join(scene.folder, "3-mute");
    char *locale = fs_join(tree, "locale"); /* without a catalog */
    make_folder(locale);
    show(&scene, "3-mute");
    later(&scene);
    named(&scene, "写しその一");
    show(&scene, "4-away"); /* tidied away while it was looked for */
    later(&scene);
    named(&scene, "写しその一");
    make_tree(&scene, "5-c", "写しその三");
    show(&scene, "5-c");
    later(&scene);
    named(&scene, "写しその三");
    end(&scene);
    free(locale);
    free(tree);
}

struct pulled {
    const struct scene *scene;
    char *pipe;
    struct buf text;
};

/* Once the file is read, two newer bundles come, so that this one is tidied away; only then it has an end. */
static void *
pull(void *arg)
{
    struct pulled *pulled = arg;
    int fd = open(pulled->pipe, O_WRONLY | O_CLOEXEC);
    show_by(pulled->scene, "before", "3-b");
    show_by(pulled->scene, "now", "4-c");
    ssize_t put =
        write(fd, pulled->text.data, pulled->text.len); /* a reader that went shows below */
    (void)put;
    (void)close(fd);
    return NULL;
}

/* What was read while its tree may have been removed is not used. */
static void
test_pulled_away(void **state)
{
    struct scene scene;
    pthread_t thread;
    begin(*state, &scene);
    make_tree(&scene, "2-a", "写しその一");
    make_tree(&scene, "4-c", "写しその三");
    struct pulled pulled = {.scene = &scene,
        .pipe = fs_join(scene.folder, "2-a/assets/procedures/resident-record.yaml")};
    buf_init(&pulled.text, 64 * 1024);
    assert_int_equal(fs_read(pulled.pipe, &pulled.text), 0);
    assert_int_equal(unlink(pulled.pipe), 0);
    assert_int_equal(mkfifo(pulled.pipe, 0600), 0);
    show(&scene, "2-a");
    later(&scene);
    assert_int_equal(pthread_create(&thread, NULL, pull, &pulled), 0);
    named(&scene, OURS);
    assert_int_equal(pthread_join(thread, NULL), 0);
    later(&scene);
    named(&scene, "写しその三");
    buf_release(&pulled.text);
    free(pulled.pipe);
    end(&scene);
}

/* A start with a newest bundle that can't be read takes the one before, and does not try the newest again and again. */
static void
test_start(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    desk_content_close(scene.content);
    make_tree(&scene, "1-a", "写しその一");
    make_tree(&scene, "2-broken", NULL);
    show_by(&scene, "before", "1-a");
    show(&scene, "2-broken");
    assert_int_equal(desk_content_open(scene.conf, &scene.content), 0);
    scene.f->desk.config.content = scene.content;
    scene.f->desk.config.words = desk_content_words(scene.content);
    scene.f->desk.config.procedures = desk_content_procedures(scene.content);
    desk_hand_free(scene.f->desk.hand);
    assert_int_equal(
        desk_hand_load("assets/handover", scene.f->desk.config.procedures, &scene.f->desk.hand), 0);
    named(&scene, "写しその一");
    later(&scene);
    named(&scene, "写しその一");
    end(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_newer_bundles),
        TEST(test_not_by_halves),
        TEST(test_pulled_away),
        TEST(test_start),
    };
    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
