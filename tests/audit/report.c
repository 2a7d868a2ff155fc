/* audit/report.c - the account of the audit: how often each rule was applied, and every finding once
 * with the look in which it was seen first. */
#include "audit/audit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { FINDINGS_MAX = 16384, NUMBERS_MAX = 160, LOOK_MAX = 64 };

static const struct {
    const char *name, *about;
} rules[RULE_COUNT] = {
    [RULE_OVERFLOW] = {"overflow", "words fit their place"},
    [RULE_OVERLAP] = {"overlap", "nothing lies over another thing"},
    [RULE_CUT] = {"cut", "no ink outside of its element (pixels)"},
    [RULE_GLYPH] = {"glyph", "every character has a glyph"},
    [RULE_TARGET] = {"target", "targets >= 20 mm, keyboard keys >= 16 mm"},
    [RULE_AREA] = {"area", "drawing areas and maps >= 40 x 40 mm"},
    [RULE_MAIN] = {"main", "one main button >= 60 x 25 mm"},
    [RULE_GAP] = {"gap", ">= 5 mm between targets, >= 2.5 mm between keyboard keys"},
    [RULE_OPPOSITE] = {"opposite", ">= 10 mm between opposite acts"},
    [RULE_CONTRAST] = {"contrast", "words on their ground (pixels)"},
    [RULE_EDGE] = {"edge", "targets against their surroundings >= 3:1 (pixels)"},
    [RULE_PLACE] = {"place", "bars and main button never move"},
    [RULE_BAR] = {"bar", "the top bar's buttons are on every page"},
    [RULE_BESIDE] = {"beside", "a button stands beside its words"},
    [RULE_LOW] = {"low", "wheelchair: targets in the lower 60 %"},
    [RULE_KEYS] = {"keys", "reachable by arrow keys"},
    [RULE_SCAN] = {"scan", "reachable by two switches"},
    [RULE_SPEECH] = {"speech", "words for the ear"},
    [RULE_LINE] = {"line", "<= 22 Japanese characters a line"},
    [RULE_BODY] = {"body", "type has the size it was asked in"},
    [RULE_LANGUAGE] = {"language", "no words of another language"},
    [RULE_VISITED] = {"visited", "the walk came to every page"},
};

struct finding {
    enum rule rule;
    char state[AUDIT_NAME_MAX], element[UI_ID_MAX], look[LOOK_MAX], numbers[NUMBERS_MAX];
    unsigned looks;
};
struct report {
    char folder[512];
    size_t checked[RULE_COUNT], known[RULE_COUNT], found[RULE_COUNT];
    size_t sound[RULE_COUNT], planted[RULE_COUNT];
    struct seen seen;
    struct finding findings[FINDINGS_MAX];
    size_t count;
    bool full;
};

const char *
rule_name(enum rule rule)
{
    return rules[rule].name;
}

struct report *
report_new(const char *folder)
{
    struct report *report = xcalloc(1, sizeof(*report));
    (void)snprintf(report->folder, sizeof(report->folder), "%s", folder);
    return report;
}

void
report_free(struct report *report)
{
    free(report);
}

void
report_checked(struct audit *audit, enum rule rule)
{
    audit->report->checked[rule]++;
}

size_t
report_count(const struct audit *audit, enum rule rule)
{
    return audit->report->checked[rule];
}

void
report_known(struct audit *audit, enum rule rule, size_t times)
{
    audit->report->checked[rule] += times;
    audit->report->known[rule] += times;
}

static void
look_words(const struct audit *audit, char out[LOOK_MAX])
{
    static const char *const themes[UI_THEME_COUNT] = {"default", "black", "white", "low-glare"};
    (void)snprintf(out, LOOK_MAX, "%s %s size %d %s%s p%d", audit->orientation,
        audit->look.language, (int)audit->look.size + 1, themes[audit->look.theme],
        audit->look.wheelchair ? " wheelchair" : "", audit->page + 1);
}

static struct finding *
find(struct report *report, enum rule rule, const char *state, const char *element, bool *ret_new)
{
    for (size_t i = 0; i < report->count; i++) {
        struct finding *f = &report->findings[i];
        if (f->rule == rule && strcmp(f->state, state) == 0 && strcmp(f->element, element) == 0) {
            *ret_new = false;
            return f;
        }
    }
    if (report->count == FINDINGS_MAX) {
        report->full = true;
        return NULL;
    }
    *ret_new = true;
    struct finding *f = &report->findings[report->count++];
    *f = (struct finding){.rule = rule};
    (void)snprintf(f->state, sizeof(f->state), "%s", state);
    (void)snprintf(f->element, sizeof(f->element), "%s", element);
    return f;
}

/* One finding for all keys of a keyboard, all languages, all rows: "key:か" -> "key:*". */
static void
family(const char *element, char out[UI_ID_MAX])
{
    static const char *const many[] = {"key:", "language:", "change:", "digit:", "pin:"};
    (void)snprintf(out, UI_ID_MAX, "%s", element);
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        if (strncmp(element, many[i], strlen(many[i])) == 0) {
            (void)snprintf(out, UI_ID_MAX, "%s*", many[i]);
        }
    }
}

void
report_finding(struct audit *audit, enum rule rule, const char *element, const char *format, ...)
{
    struct report *report = audit->report;
    bool new = false;
    char state[AUDIT_NAME_MAX];
    (void)snprintf(state, sizeof(state), "%s/%.100s", audit->orientation, audit->state);
    bool first = report->found[rule]++ == 0;
    char name[UI_ID_MAX];
    family(element, name);
    struct finding *f = find(report, rule, state, name, &new);
    if (f == NULL) {
        return;
    }
    f->looks++;
    if (!new) {
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(f->numbers, sizeof(f->numbers), format, args);
    va_end(args);
    for (char *c = f->numbers; *c != 0; c++) {
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    }
    look_words(audit, f->look);
    if (first) {
        char path[1024];
        (void)snprintf(path, sizeof(path), "%s/%s.%s.png", report->folder, rules[rule].name,
            audit->orientation);
        pixels_paint(audit);
        (void)ui_shot(audit->stage.app->ui, path); /* a picture less is no finding less */
    }
}

size_t
report_findings(const struct report *report)
{
    size_t sum = 0;
    for (int i = 0; i < RULE_COUNT; i++) {
        sum += report->found[i];
    }
    return sum;
}

/* The struct as it is: the parts are read by the program that wrote them, a moment later. */
int
report_save(const struct report *report, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return -1;
    }
    size_t written = fwrite(report, sizeof(*report), 1, file);
    return fclose(file) == 0 && written == 1 ? 0 : -1;
}

int
report_merge(struct report *report, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct report *part = report_new("");
    size_t got = file != NULL ? fread(part, sizeof(*part), 1, file) : 0;
    const size_t *from = (const size_t *)&part->seen;
    size_t *to = (size_t *)&report->seen;
    for (size_t i = 0; i < sizeof(part->seen) / sizeof(*from);
         i++) { /* all of its members are counts */
        to[i] += from[i];
    }
    report->full = report->full || part->full;
    for (int i = 0; i < RULE_COUNT; i++) {
        report->checked[i] += part->checked[i];
        report->known[i] += part->known[i];
        report->found[i] += part->found[i];
        report->sound[i] += part->sound[i];
        report->planted[i] += part->planted[i];
    }
    for (size_t i = 0; i < part->count && report->count < FINDINGS_MAX; i++) {
        report->findings[report->count++] = part->findings[i];
    }
    report_free(part);
    return file != NULL && fclose(file) == 0 && got == 1 ? 0 : -1;
}

void
report_seen(struct audit *audit)
{
    audit->report->seen = audit->seen;
}

size_t
report_broken(const struct report *report)
{
    return report->seen.broken;
}

size_t
report_found(const struct report *report, enum rule rule)
{
    return report->found[rule];
}

void
report_planted(struct report *report, enum rule rule, size_t sound, size_t planted)
{
    report->sound[rule] = sound;
    report->planted[rule] = planted;
}

bool
report_print_planted(const struct report *report)
{
    bool good = true;
    for (int i = 0; i < RULE_COUNT; i++) {
        bool seen = report->planted[i] > 0 && report->sound[i] == 0;
        (void)printf("%-10s %7zu findings of its fault, %zu of a sound page%s\n", rules[i].name,
            report->planted[i], report->sound[i], seen ? "" : ": NOT AS IT SHOULD BE");
        good = good && seen;
    }
    return good;
}

void
report_print(const struct report *report, const char *path)
{
    FILE *file = fopen(path, "w");
    const struct seen *seen = &report->seen;
    (void)printf("%zu pages, %zu looks laid out; %zu had the list of the same look in another "
                 "theme, %zu were in all the "
                 "same as another page\n",
        seen->states, seen->looks, seen->theme, seen->twin);
    (void)printf("%zu areas of pixels: %zu drawn and measured, %zu drawn alike before; of what is "
                 "known %zu were looked "
                 "at again, %zu were not the same\n",
        seen->painted + seen->known, seen->painted, seen->known, seen->proofs, seen->broken);
    (void)printf(
        "%-10s %12s %12s %10s %9s  %s\n", "rule", "checked", "same", "findings", "distinct", "");
    for (int i = 0; i < RULE_COUNT; i++) {
        size_t distinct = 0;
        for (size_t k = 0; k < report->count; k++) {
            distinct += report->findings[k].rule == (enum rule)i ? 1 : 0;
        }
        (void)printf("%-10s %12zu %12zu %10zu %9zu  %s\n", rules[i].name, report->checked[i],
            report->known[i], report->found[i], distinct, rules[i].about);
    }
    for (int i = 0; file != NULL && i < RULE_COUNT; i++) {
        for (size_t k = 0; k < report->count; k++) {
            const struct finding *f = &report->findings[k];
            if (f->rule == (enum rule)i) {
                (void)fprintf(file, "%-9s %-44s %-26s %5u x  [%s] %s\n", rules[i].name, f->state,
                    f->element, f->looks, f->look, f->numbers);
            }
        }
    }
    if (report->full) {
        (void)puts("there were more findings than are kept");
    }
    if (file == NULL || fclose(file) != 0) {
        (void)printf("%s can't be written\n", path);
    }
}
