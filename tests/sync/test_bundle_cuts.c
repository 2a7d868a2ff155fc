/* tests/sync/test_bundle_cuts.c - power goes, or the process is killed, before each system call of a bundle's taking that changes
 * the disk. The child that takes it is traced; at the cut it is killed, and what it had written and not synced is
 * damaged: files lose their second half. Then the old bundle or the new one is there, whole, and the next try brings
 * the new one. */
#include "sync/bundle_scene.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <signal.h>

#ifdef __x86_64__ /* registers and numbers of calls */

enum { DIRTY_MAX = 64, PATH_LEN = 300 };

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(scene_folder);
    return seal_keys_make(file("keys"), "kiosk-001", "127.0.0.1");
}

static int
tear_down(void **state)
{
    (void)state;
    return harness_folder_remove(scene_folder);
}

/* ---- what the disk would lose ---- */

struct dirty {
    char paths[DIRTY_MAX][PATH_LEN]; /* written, not synced */
    unsigned count;
};

static void
path_of_fd(pid_t child, int fd, char ret_path[PATH_LEN])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)child, fd);
    ssize_t len = readlink(link, ret_path, PATH_LEN - 1);
    ret_path[len > 0 ? len : 0] = 0;
}

static void
note_write(struct dirty *dirty, const char *path)
{
    for (unsigned i = 0; i < dirty->count; i++) {
        if (strcmp(dirty->paths[i], path) == 0) {
            return;
        }
    }
    if (dirty->count < DIRTY_MAX && strncmp(path, scene_folder, strlen(scene_folder)) == 0) {
        memcpy(dirty->paths[dirty->count++], path, PATH_LEN);
    }
}

static void
note_sync(struct dirty *dirty, const char *path)
{
    for (unsigned i = 0; i < dirty->count; i++) {
        if (strcmp(dirty->paths[i], path) == 0) {
            memcpy(dirty->paths[i], dirty->paths[--dirty->count], PATH_LEN);
            return;
        }
    }
}

/* A file that is renamed or linked while dirty keeps its bytes in the cache under the new name: the inode is what counts. */
static void
note_name(const struct dirty *dirty, struct dirty *more, const char *from, const char *to)
{
    for (unsigned i = 0; i < dirty->count; i++) {
        if (strcmp(dirty->paths[i], from) == 0) {
            note_write(more, to);
            return;
        }
    }
}

static unsigned
lose(const struct dirty *dirty)
{
    unsigned lost = 0;
    for (unsigned i = 0; i < dirty->count; i++) {
        struct stat st;
        if (lstat(dirty->paths[i], &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
            lost += truncate(dirty->paths[i], st.st_size / 2) == 0 ? 1 : 0;
        }
    }
    return lost;
}

/* ---- the traced child ---- */

static void
read_text(pid_t child, unsigned long at, char ret_text[PATH_LEN])
{
    size_t len = 0;
    for (; len + sizeof(long) < PATH_LEN; len += sizeof(long)) {
        long word = ptrace(PTRACE_PEEKDATA, child, (void *)(at + len), NULL);
        memcpy(ret_text + len, &word, sizeof(word));
        if (memchr(&word, 0, sizeof(word)) != NULL) {
            return;
        }
    }
    ret_text[0] = 0;
}

/* Does this call change the disk? Notes what it leaves unsynced, as if it had been done. */
static bool
is_change(pid_t child, const struct user_regs_struct *regs, struct dirty *dirty)
{
    char path[PATH_LEN] = "";
    char to[PATH_LEN] = "";
    switch (regs->orig_rax) {
    case SYS_write:
        path_of_fd(child, (int)regs->rdi, path);
        if (strncmp(path, scene_folder, strlen(scene_folder)) != 0) {
            return false;
        }
        note_write(dirty, path);
        return true;
    case SYS_fsync:
        path_of_fd(child, (int)regs->rdi, path);
        note_sync(dirty, path);
        return true;
    case SYS_rename:
    case SYS_link:
        read_text(child, regs->rdi, path);
        read_text(child, regs->rsi, to);
        note_name(dirty, dirty, path, to);
        return true;
    case SYS_mkdir:
    case SYS_rmdir:
    case SYS_unlink:
    case SYS_symlink:
    case SYS_ftruncate:
        return true;
    case SYS_openat:
        return (regs->rdx & O_CREAT) != 0;
    default:
        return false;
    }
}

static void
be_child(const char *terminal, const char *stick)
{
    const struct sync_place place = place_of(terminal);
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    (void)raise(SIGSTOP);
    sync_bundles_from(&place, stick, bundles);
    _exit(bundles[SEAL_BUNDLE_CONTENT].result == SYNC_BUNDLE_TAKEN ? 0 : 1);
}

/* Runs a taking up to its call number cut, kills it there, and takes the bytes away that were not synced. Returns false when it came to
 * its end before. */
static bool
take_until(const char *terminal, const char *stick, unsigned cut, unsigned *lost)
{
    struct dirty dirty = {.count = 0};
    unsigned calls = 0;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        be_child(terminal, stick);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFSTOPPED(status));
    assert_int_equal(0, ptrace(PTRACE_SETOPTIONS, child, NULL,
                            (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)));
    bool entering = true;
    while (ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 && waitpid(child, &status, 0) == child &&
           WIFSTOPPED(status)) {
        struct user_regs_struct regs;
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            continue;
        }
        if (entering && ptrace(PTRACE_GETREGS, child, NULL, &regs) == 0) {
            struct dirty before = dirty;
            if (is_change(child, &regs, &dirty) && ++calls == cut) {
                assert_int_equal(0, kill(child, SIGKILL));
                assert_int_equal(child, waitpid(child, &status, 0));
                *lost += lose(&before);
                return true;
            }
        }
        entering = !entering;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return false;
}

static const struct part_of old_parts[] = {
    {"assets/city/same.yaml", "same"}, {"assets/pages/a.yaml", "old"}};
static const struct part_of new_parts[] = {{"assets/city/same.yaml", "same"},
    {"assets/pages/a.yaml", "new"}, {"assets/pages/more/b.yaml", "large"}};

/* What a terminal shows is one of the two, to its last byte. */
static bool
shows_new(const char *terminal)
{
    char path[400];
    AUTO_BUF bytes;
    struct seal_manifest *manifest = NULL;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    snprintf(path, sizeof(path), "%s/content/now/manifest", terminal);
    assert_int_equal(0, fs_read(path, &bytes));
    assert_int_equal(
        0, seal_manifest_read(file("keys/city-ca.crt"), bytes.data, bytes.len, &manifest));
    for (size_t i = 0; i < manifest->count; i++) {
        snprintf(path, sizeof(path), "%s/content/now/%s", terminal, manifest->files[i].name);
        if (!sync_tree_is_file(path, &manifest->files[i])) {
            fail_msg("%s is damaged", path);
        }
    }
    bool is_new = manifest->counter == 2;
    assert_int_equal(is_new ? 3 : 2, manifest->count);
    seal_manifest_free(manifest);
    return is_new;
}

static void
test_every_step(void **state)
{
    (void)state;
    unsigned cuts = 0;
    unsigned kept = 0;
    unsigned lost = 0;
    write_bytes("same", "same", 4);
    write_bytes("old", "old", 3);
    write_bytes("new", "newer", 5);
    fill_random("large", 20000, 7);
    publish("stick-old", SEAL_BUNDLE_CONTENT, 1, old_parts, 2);
    publish("stick-new", SEAL_BUNDLE_CONTENT, 2, new_parts, 3);
    const char *new_stick = file("stick-new");
    for (bool more = true; more;) {
        char name[32];
        struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
        snprintf(name, sizeof(name), "terminal");
        const char *terminal = file(name);
        const struct sync_place place = place_of(terminal);
        (void)harness_folder_remove(terminal); /* none at first */
        sync_bundles_from(&place, file("stick-old"), bundles);
        assert_int_equal(SYNC_BUNDLE_TAKEN, bundles[SEAL_BUNDLE_CONTENT].result);
        more = take_until(terminal, new_stick, cuts + 1, &lost);
        cuts += more ? 1 : 0;
        bool is_new = shows_new(terminal);
        kept += is_new ? 0 : 1;
        assert_true(more || is_new);
        sync_bundles_from(&place, new_stick, bundles);
        assert_int_equal(
            is_new ? SYNC_BUNDLE_SAME : SYNC_BUNDLE_TAKEN, bundles[SEAL_BUNDLE_CONTENT].result);
        assert_true(shows_new(terminal));
        if (!is_new) {
            assert_int_equal(5, entries(terminal, "content")); /* the cut left nothing behind */
        }
    }
    print_message(
        "%u cuts, %u before the new one was shown, %u files lost their ends\n", cuts, kept, lost);
    assert_true(cuts > 40 && kept > 20 && lost >= 3);
}

#else
static void
test_every_step(void **state)
{
    (void)state;
    skip();
}

static int
set_up(void **state)
{
    (void)state;
    return 0;
}
#define tear_down set_up
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_step)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
