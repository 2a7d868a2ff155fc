/* audit/main.c - `make audit`: a process a core looks at the pages of an orientation, and helps with the other one
 * when its own is done; their accounts are put together. Exit 0 without findings, 1 with some, 2 when it could not run.
 *
 *   audit TOP BUILD [--sample] [--panel INCHES] [--page WORDS] [--language CODE] [--size N] [--theme N] [--pictures]
 *         [--planted RULE|all]
 *   audit --rules
 *
 * --panel: 21.5 (the default) or 15.6, both of 1920 x 1080 pixels; --page: only pages in whose name the
 * words are, as reports tell it (may be told several times); --language, --size, --theme (1 to 4): only these looks; --pictures: one of each look, in the
 * report's folder.
 */
#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
enum { PROOF_EVERY = 499, WORKERS_MAX = 32 };

struct options {
    const char *top, *build, *planted;
    const struct panel *panel;
    struct only only;
    bool sample;
    char folder[512]; /* of the report */
    char pictures[600]; /* "": none */
};

/* Shared with the workers. */
static struct shared *shared;

struct job {
    const struct options *options;
    unsigned orientation;
    bool helps; /* another walks there already: only what that one has not begun */
};

static void
part_path(const struct options *options, unsigned which, const char *ending, char out[1024])
{
    (void)snprintf(out, 1024, "%s/%u.%s", options->folder, which, ending);
}

/* One worker: all pages of an orientation that no other worker has taken. */
static int
work(void *ctx, unsigned which)
{
    static struct audit audit;
    const struct job *job = ctx;
    const struct options *options = job->options;
    char path[1024];
    part_path(options, which, "log", path);
    if (freopen(path, "w", stderr) == NULL) {
        return 2;
    }
    bool all = options->planted != NULL && strcmp(options->planted, "all") == 0;
    audit.orientation = orientations[job->orientation].name;
    audit.claims = &shared->claims[job->orientation];
    audit.helps = job->helps;
    audit.sample = options->sample;
    audit.only = options->only;
    audit.pictures = options->pictures[0] != 0 ? options->pictures : NULL;
    audit.proof_every = options->planted != NULL && !all ? 1 : PROOF_EVERY;
    audit.report = report_new(options->folder);
    stage_open(&audit.stage, &(struct stage_options){.top = options->top,
                                 .build = options->build,
                                 .width_px = orientations[job->orientation].width_px,
                                 .height_px = orientations[job->orientation].height_px,
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
    part_path(options, which, "part", path);
    report_seen(&audit);
    int r = report_save(audit.report, path);
    report_free(audit.report);
    return r == 0 ? 0 : 2;
}

/* ---- the workers ---- */

struct crew {
    const struct options *options;
    pid_t pids[WORKERS_MAX];
    struct job jobs[WORKERS_MAX];
    unsigned count, running;
    bool begun[ARRAY_LEN(orientations)], walked[ARRAY_LEN(orientations)];
};

static bool
send(struct crew *crew, unsigned orientation)
{
    unsigned which = crew->count;
    if (which == WORKERS_MAX) {
        return true;
    }
    crew->jobs[which] = (struct job){
        .options = crew->options, .orientation = orientation, .helps = crew->begun[orientation]};
    crew->begun[orientation] = true;
    crew->pids[which] = stage_worker(work, &crew->jobs[which], which);
    crew->count++;
    crew->running++;
    return crew->pids[which] > 0;
}

/* Waits for any worker. Who is ready helps where somebody still walks. */
static bool
wait_for_one(struct crew *crew, bool help)
{
    int status = 0;
    pid_t pid = wait(&status);
    if (pid < 0 || status != 0) {
        return false;
    }
    crew->running--;
    for (unsigned i = 0; i < crew->count; i++) {
        if (crew->pids[i] == pid) {
            crew->walked[crew->jobs[i].orientation] = true;
        }
    }
    for (unsigned o = 0; help && o < ARRAY_LEN(orientations); o++) {
        if (!crew->walked[o]) {
            return send(crew, o);
        }
    }
    return true;
}

/* A worker a core; a sample and planted faults are mostly the walk itself, which each would do again. */
static bool
look_at_all(const struct options *options, struct crew *crew)
{
    bool help = !options->sample && options->planted == NULL;
    long cores = help ? sysconf(_SC_NPROCESSORS_ONLN) : 0;
    bool good = true;
    *crew = (struct crew){.options = options};
    for (unsigned i = 0; good && (i < ARRAY_LEN(orientations) || (long)i < cores); i++) {
        good = send(crew, i % ARRAY_LEN(orientations));
    }
    while (good && crew->running > 0) {
        good = wait_for_one(crew, help);
    }
    return good;
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

static int
parse(int argc, char **argv, struct options *options)
{
    if (argc < 3) {
        return -1;
    }
    options->top = argv[1];
    options->build = argv[2];
    options->panel = &panels[0];
    bool pictures = false;
    for (int i = 3; i < argc; i++) {
        const char *value;
        if (strcmp(argv[i], "--sample") == 0) {
            options->sample = true;
        } else if ((value = stage_value(argc, argv, &i, "--panel")) != NULL) {
            options->panel = panel_named(value);
        } else if ((value = stage_value(argc, argv, &i, "--planted")) != NULL) {
            options->planted = value;
        } else if ((value = stage_value(argc, argv, &i, "--page")) != NULL) {
            if (options->only.page_count == ONLY_PAGES_MAX) {
                return -1;
            }
            options->only.pages[options->only.page_count++] = value;
        } else if ((value = stage_value(argc, argv, &i, "--language")) != NULL) {
            options->only.language = value;
        } else if (strcmp(argv[i], "--pictures") == 0) {
            pictures = true;
        } else if (!stage_number(argc, argv, &i, "--size", &options->only.size) &&
                   !stage_number(argc, argv, &i, "--theme", &options->only.theme)) {
            return -1;
        }
    }
    if (options->panel == NULL) {
        return -1;
    }
    bool second = options->panel != &panels[0];
    (void)snprintf(options->folder, sizeof(options->folder), "%.480s/audit%s%s%s", options->build,
        second ? "-" : "", second ? options->panel->inches : "",
        options->planted != NULL ? "-planted"
        : options->sample        ? "-sample"
                                 : "");
    if (pictures) {
        (void)snprintf(
            options->pictures, sizeof(options->pictures), "%s/pictures", options->folder);
        return fs_make_dirs(options->pictures);
    }
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
            " [--size N] [--theme N] [--pictures] [--planted RULE|all] | --rules\n",
            stderr);
        return 2;
    }
    static struct crew crew;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool bad = shared == MAP_FAILED || !look_at_all(&options, &crew);
    struct report *report = report_new(options.folder);
    for (unsigned i = 0; !bad && i < crew.count; i++) {
        char path[1024];
        part_path(&options, i, "part", path);
        bad = report_merge(report, path) < 0;
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
