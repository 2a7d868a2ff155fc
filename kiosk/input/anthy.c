/* input/anthy.c - the talk with Anthy's agent in the form that Egg uses: NEW-CONTEXT, CONVERT,
 * GET-CANDIDATES; an answer is a line "+OK ..." or "+DATA ..." with one line an item and an empty line. */
#include "input_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { COMMAND_MAX = INPUT_TEXT_MAX + 64 };

static int
ask(struct talk *talk, const char *command)
{
    int r = child_send(&talk->child, command);
    return r == 0 ? talk_line(talk, ANSWER_MS) : r;
}

/* The line that was read, without its end, into out; false when it does not fit. */
static bool
line_text(const struct talk *talk, char out[INPUT_TEXT_MAX])
{
    const char *line = buf_str(&talk->line);
    size_t len = strcspn(line, "\r\n");
    if (len >= INPUT_TEXT_MAX) {
        return false;
    }
    memcpy(out, line, len);
    out[len] = 0;
    return true;
}

int
anthy_start(struct talk *talk, const char *agent, const char *home)
{
    static const char *const arguments[] = {"anthy-agent", "--egg", NULL};
    struct child_start start = {
        .path = agent, .arguments = arguments, .home = home, .piped = true, .single = true};
    int r = child_start(&start, &talk->child);
    if (r == 0) {
        r = talk_line(talk, START_MS); /* its greeting */
    }
    if (r == 0) {
        r = ask(talk, "NEW-CONTEXT INPUT=#18 OUTPUT=#18\n"); /* as its own Emacs Lisp asks */
    }
    return r == 0 && strncmp(buf_str(&talk->line), "+OK 0", 5) != 0 ? KERR_INVALID : r;
}

/* Lines up to the empty one: each "CANDIDATES WORD READING" is a clause. */
static int
read_clauses(struct talk *talk, struct input_result *result)
{
    int r = strncmp(buf_str(&talk->line), "+DATA", 5) == 0 ? 0 : KERR_INVALID;
    while (r == 0 && (r = talk_line(talk, ANSWER_MS)) == 0) {
        char line[INPUT_TEXT_MAX];
        if (!line_text(talk, line)) {
            return KERR_INVALID;
        }
        if (line[0] == 0) {
            break;
        }
        char *reading = strrchr(line, ' ');
        if (reading == NULL) {
            return KERR_INVALID;
        }
        if (result->clause_count < INPUT_CLAUSES_MAX) {
            struct input_clause *clause = &result->clauses[result->clause_count++];
            memcpy(clause->reading, reading + 1, strlen(reading + 1) + 1);
        }
        explicit_bzero(line, sizeof(line));
    }
    return r;
}

static int
read_candidates(struct talk *talk, struct input_clause *clause)
{
    int r = strncmp(buf_str(&talk->line), "+DATA", 5) == 0 ? 0 : KERR_INVALID;
    while (r == 0 && (r = talk_line(talk, ANSWER_MS)) == 0) {
        char line[INPUT_TEXT_MAX];
        if (!line_text(talk, line)) {
            continue; /* too long to be shown */
        }
        if (line[0] == 0) {
            break;
        }
        candidates_add(clause->words, &clause->count, line, clause->reading);
        explicit_bzero(line, sizeof(line));
    }
    return r;
}

int
anthy_convert(struct talk *talk, const char *reading, struct input_result *result)
{
    char command[COMMAND_MAX];
    (void)snprintf(command, sizeof(command), "CONVERT 0 %s\n", reading);
    int r = ask(talk, command);
    explicit_bzero(command, sizeof(command));
    if (r == 0) {
        r = read_clauses(talk, result);
    }
    for (int i = 0; r == 0 && i < result->clause_count; i++) {
        (void)snprintf(command, sizeof(command), "GET-CANDIDATES 0 %d 0 40\n", i);
        r = ask(talk, command);
        if (r == 0) {
            r = read_candidates(talk, &result->clauses[i]);
        }
    }
    buf_clear(&talk->line);
    return r == 0 && result->clause_count == 0 ? KERR_INVALID : r;
}
