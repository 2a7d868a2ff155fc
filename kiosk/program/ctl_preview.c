/* program/ctl_preview.c - `kioskctl preview ID [KIOSK OPTIONS]`: opens the kiosk in a window at one service, in practice
 * mode: a sample person, no card, nothing sent or kept. Without a set-up one is made for the while in a folder of its
 * own. Words that a language lacks yet are shown in Japanese. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_content.h"
#include "program/ctl.h"

enum { PATH_ROOM = 4096, ARGUMENTS_MAX = 16 };

static void
print_mistake(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    (void)printf("%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
}

/* Is the content right, and the service in it? */
static bool
can_be_shown(const struct conf *conf, const char *id)
{
    char *assets = conf_share(conf, "assets");
    struct content content;
    int r = content_load(assets, print_mistake, NULL, &content);
    bool found = r == 0 && procedure_find(content.set, id) != NULL;
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl: mend this first\n");
    } else if (!found) {
        (void)fprintf(stderr, "kioskctl: no service \"%s\" in %s/procedures\n", id, assets);
    }
    content_release(&content);
    free(assets);
    return found;
}

static int
remove_entry(const char *name, void *ctx)
{
    const char *folder = ctx;
    char *path = fs_join(folder, name);
    if (unlink(path) < 0) { /* a folder */
        (void)fs_each(path, NULL, remove_entry, path);
        (void)rmdir(path); /* what can't be removed lies in the folder of temporary files */
    }
    free(path);
    return 0;
}

/* A set-up for this preview alone; its path, or NULL. */
static char *
make_home(char path[PATH_ROOM])
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(path, PATH_ROOM, "%s/kiosk-preview-XXXXXX", folder != NULL ? folder : "/tmp");
    char init[] = "init";
    char *arguments[] = {init, NULL};
    if (mkdtemp(path) == NULL || setenv("KIOSK_HOME", path, 1) < 0) {
        (void)fprintf(stderr, "kioskctl: no temporary folder can be made\n");
        return NULL;
    }
    (void)fflush(stdout);
    int out = dup(STDOUT_FILENO); /* what init tells of passwords is of no use here */
    bool quiet = out >= 0 && freopen("/dev/null", "w", stdout) != NULL;
    int code = ctl_init(1, arguments);
    (void)fflush(stdout);
    if (quiet) {
        (void)dup2(out, STDOUT_FILENO);
    }
    if (out >= 0) {
        (void)close(out);
    }
    return code == 0 ? path : NULL;
}

/* Runs the kiosk and waits; its exit code. */
static int
run_kiosk(const char *id, int argc, char **argv)
{
    char *program = conf_program("kiosk");
    char window[] = "--window";
    char no_card[] = "--no-card";
    char preview[] = "--preview";
    char *name = xstrdup(id);
    char *arguments[ARGUMENTS_MAX + 6] = {program, window, no_card, preview, name};
    for (int i = 0; i < argc && i < ARGUMENTS_MAX; i++) {
        arguments[5 + i] = argv[i];
    }
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execv(program, arguments);
        _exit(127);
    }
    bool ended = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
    free(name);
    free(program);
    return ended ? WEXITSTATUS(status) : 1;
}

int
ctl_preview(int argc, char **argv)
{
    if (argc < 2 || argc > ARGUMENTS_MAX) {
        (void)fprintf(stderr, "usage: kioskctl preview ID [OPTIONS OF kiosk]\n");
        return 2;
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0 && r != KERR_NOT_FOUND) {
        (void)fprintf(stderr, "kioskctl: madoguchi.conf can't be used (line %d)\n", line);
        return 1;
    }
    int code = 1;
    if (can_be_shown(conf, argv[1])) {
        char path[PATH_ROOM];
        char *home = conf == NULL ? make_home(path) : NULL;
        code = conf != NULL || home != NULL ? run_kiosk(argv[1], argc - 2, argv + 2) : 1;
        if (home != NULL) {
            (void)fs_each(home, NULL, remove_entry, home);
            (void)rmdir(home);
        }
    }
    conf_free(conf);
    return code;
}
