/* audit/main.c - `make audit`: two processes, one an orientation, look at every page; their accounts are
 * put together. Exit 0 without findings, 1 with some, 2 when it could not run.
 *
 *   audit TOP BUILD [--sample] [--panel INCHES] [--page WORDS] [--language CODE] [--size N] [--planted RULE|all]
 *   audit --rules
 *
 * --panel: 21.5 (the default) or 15.6, both of 1920 x 1080 pixels; --page: only pages in whose name the
 * words are, as reports tell it; --language, --size (1 to 4): only these looks.
 */
#include "audit/audit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

static const struct {
    const char *name;
    int width_px, height_px;
} orientations[] = {{"landscape", 1920, 1080}, {"portrait", 1080, 1920}};

/* Both have 1920 x 1080 pixels. */
static const struct panel {
    const char *inches;
    int px_per_m;
} panels[] = {{"21.5", 4030}, {"15.6", 5560}};

/* A prime, so that it does not fall in step with languages, sizes or themes. */
enum { PROOF_EVERY = 499 };

struct options {
    const char *top, *build, *planted;
    const struct panel *panel;
    struct only only;
    bool sample;
    char folder[512]; /* of the report */
};

static void
part_path(const struct options *options, size_t which, char out[1024])
{
    (void)snprintf(out, 1024, "%s/%s.part", options->folder, orientations[which].name);
}

static int
run(const struct options *options, size_t which)
{
    static struct audit audit;
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s.log", options->folder, orientations[which].name);
    if (freopen(path, "w", stderr) == NULL) {
        return 2;
    }
    audit.orientation = orientations[which].name;
    audit.sample = options->sample;
    audit.only = options->only;
    bool all = options->planted != NULL && strcmp(options->planted, "all") == 0;
    audit.proof_every = options->planted != NULL && !all ? 1 : PROOF_EVERY;
    audit.report = report_new(options->folder);
    stage_open(&audit.stage, &(struct stage_options){.top = options->top,
                                 .build = options->build,
                                 .width_px = orientations[which].width_px,
                                 .height_px = orientations[which].height_px,
                                 .px_per_m = options->panel->px_per_m});
    char *folder = fs_join(options->build, "fonts");
    fonts_begin(&audit, folder);
    free(folder);
    if (all) {
        planted_all(&audit);
    } else if (options->planted != NULL) {
        planted_show(&audit, options->planted);
    } else {
        walk_all(&audit);
    }
    fonts_end(&audit);
    stage_close(&audit.stage);
    part_path(options, which, path);
    report_seen(&audit);
    int r = report_save(audit.report, path);
    report_free(audit.report);
    return r == 0 ? 0 : 2;
}

static const struct panel *
panel_named(const char *inches)
{
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        if (strcmp(panels[i].inches, inches) == 0) {
            return &panels[i];
        }
    }
    return NULL;
}

/* An option with its value; false when there is no such option. */
static bool
take(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "--planted") == 0) {
        options->planted = value;
    } else if (strcmp(name, "--panel") == 0) {
        options->panel = panel_named(value);
    } else if (strcmp(name, "--page") == 0) {
        options->only.page = value;
    } else if (strcmp(name, "--language") == 0) {
        options->only.language = value;
    } else if (strcmp(name, "--size") == 0) {
        options->only.size = (int)strtol(value, NULL, 10);
    } else {
        return false;
    }
    return options->panel != NULL;
}

static int
parse(int argc, char **argv, struct options *options)
{
    if (argc < 3) {
        return -1;
    }
    options->top = argv[1];
    options->build = argv[2];
    options->panel = &panels[0];
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--sample") == 0) {
            options->sample = true;
        } else if (i + 1 < argc && take(options, argv[i], argv[i + 1])) {
            i++;
        } else {
            return -1;
        }
    }
    bool second = options->panel != &panels[0];
    (void)snprintf(options->folder, sizeof(options->folder), "%.480s/audit%s%s%s", options->build,
        second ? "-" : "", second ? options->panel->inches : "",
        options->planted != NULL ? "-planted"
        : options->sample        ? "-sample"
                                 : "");
    return fs_make_dirs(options->folder);
}

int
main(int argc, char **argv)
{
    struct options options = {0};
    if (argc == 2 && strcmp(argv[1], "--rules") == 0) {
        for (int i = 0; i < RULE_COUNT; i++) {
            (void)puts(rule_name((enum rule)i));
        }
        return 0;
    }
    if (parse(argc, argv, &options) < 0) {
        (void)fputs(
            "usage: audit TOP BUILD [--sample] [--panel 21.5|15.6] [--page WORDS] [--language CODE]"
            " [--size N] [--planted RULE|all] | --rules\n",
            stderr);
        return 2;
    }
    pid_t pids[ARRAY_LEN(orientations)];
    bool bad = false;
    for (size_t i = 0; i < ARRAY_LEN(orientations); i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            exit(run(&options, i));
        }
        bad = bad || pids[i] < 0;
    }
    struct report *report = report_new(options.folder);
    for (size_t i = 0; i < ARRAY_LEN(orientations); i++) {
        char path[1024];
        int status = 0;
        bad = bad || waitpid(pids[i], &status, 0) != pids[i] || status != 0;
        part_path(&options, i, path);
        bad = bad || report_merge(report, path) < 0;
    }
    if (bad) {
        (void)fputs("audit: it could not look at everything\n", stderr);
        return 2;
    }
    if (options.planted != NULL && strcmp(options.planted, "all") == 0) {
        return report_print_planted(report) ? 0 : 1;
    }
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/report.txt", options.folder);
    report_print(report, path);
    if (report_broken(report) > 0) {
        (void)puts("audit: what was taken for known was not so");
        return 2;
    }
    size_t findings = report_findings(report);
    (void)printf("%zu findings: %s\n", findings, path);
    report_free(report);
    return findings > 0 ? 1 : 0;
}
