/* input/mozc.c - the talk with Mozc: its server as our child, and its helper for Emacs, which speaks
 * S-expressions, one a line. Nothing is ever committed, so Mozc does not even see what was taken. */
#include "input_priv.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { START_TRIES = 3, READY_STEP_MS = 3, COMMAND_MAX = INPUT_TEXT_MAX + 64 };

/* The server answers once it has written the name of its socket. */
static int
wait_for_server(const struct talk *talk, const char *home)
{
    char *sign = fs_join(home, ".config/mozc/.session.ipc");
    int r = KERR_BUSY;
    for (int waited = 0; r == KERR_BUSY && waited < START_MS; waited += READY_STEP_MS) {
        struct pollfd stop = {.fd = talk->stop, .events = POLLIN};
        if (fs_exists(sign)) {
            r = 0;
        } else if (poll(&stop, 1, READY_STEP_MS) > 0) {
            r = KERR_CANCELLED;
        }
    }
    free(sign);
    return r;
}

/* Sends (number command) and waits for the answer. */
static int
ask(struct talk *talk, const char *command, int timeout_ms)
{
    char line[COMMAND_MAX];
    (void)snprintf(line, sizeof(line), "(1 %s)\n", command);
    int r = child_send(&talk->child, line);
    explicit_bzero(line, sizeof(line));
    if (r == 0) {
        r = talk_line(talk, timeout_ms);
    }
    if (r == 0 && strstr(buf_str(&talk->line), "(error .") != NULL) {
        r = KERR_INVALID;
    }
    return r;
}

static int
start_helper(struct talk *talk, const char *helper, const char *home)
{
    static const char *const arguments[] = {"mozc_emacs_helper", "--suppress_stderr", NULL};
    /* single: it would start a server of its own, which nobody could end */
    struct child_start start = {
        .path = helper, .arguments = arguments, .home = home, .piped = true, .single = true};
    int r = child_start(&start, &talk->child);
    if (r == 0) {
        r = talk_line(talk, START_MS);
    }
    if (r == 0) {
        r = ask(talk, "CreateSession", START_MS);
    }
    return r;
}

int
mozc_start(struct talk *talk, const char *helper, const char *server, const char *home)
{
    static const char *const arguments[] = {"mozc_server", NULL};
    int r = child_start(
        &(struct child_start){.path = server, .arguments = arguments, .home = home}, &talk->server);
    if (r == 0) {
        r = wait_for_server(talk, home);
    }
    /* the name of the socket is there a moment before the socket */
    for (int i = 0; r == 0; i++) {
        r = start_helper(talk, helper, home);
        if (r == 0 || r == KERR_CANCELLED || r == KERR_NOT_FOUND || i + 1 == START_TRIES) {
            break;
        }
        child_kill(&talk->child);
        buf_clear(&talk->line);
        r = 0;
    }
    return r;
}

/* Where the reading of an answer stands. Lists are counted by depth; an item is a list that begins with a
 * list, the form in which the helper writes segments and candidates. */
struct reader {
    struct input_result *result;
    int at; /* the clause whose candidates come */
    bool first;
    int depth;
    int preedit, words,
        all; /* depth at which "segment", "all-candidate-words", "candidates" began */
    int item; /* depth of the item under way; 0 none */
    char head[24]; /* the atom after the last "(" */
    int head_depth;
    bool opened; /* the last token was "(" */
    char value[INPUT_TEXT_MAX], key[INPUT_TEXT_MAX];
    bool echo; /* the item is half width or Latin */
};

static void
finish_item(struct reader *reader)
{
    struct input_result *result = reader->result;
    if (reader->preedit > 0 && reader->first && result->clause_count < INPUT_CLAUSES_MAX &&
        reader->key[0] != 0) {
        struct input_clause *clause = &result->clauses[result->clause_count++];
        memcpy(clause->reading, reader->key, sizeof(clause->reading));
        candidates_add(clause->words, &clause->count, reader->value, clause->reading);
    } else if (reader->all > 0 && !reader->echo && reader->at < result->clause_count) {
        struct input_clause *clause = &result->clauses[reader->at];
        candidates_add(clause->words, &clause->count, reader->value, clause->reading);
    }
    reader->item = 0;
}

static void
open_list(struct reader *reader)
{
    reader->depth++;
    bool inside = reader->preedit > 0 || reader->all > 0;
    if (reader->opened && inside && reader->item == 0) {
        reader->item = reader->depth - 1;
        reader->value[0] = reader->key[0] = 0;
        reader->echo = false;
    }
    reader->opened = true;
    reader->head[0] = 0;
}

static void
close_list(struct reader *reader)
{
    if (reader->item == reader->depth && reader->item > 0) {
        finish_item(reader);
    }
    reader->preedit = reader->preedit == reader->depth ? 0 : reader->preedit;
    reader->words = reader->words == reader->depth ? 0 : reader->words;
    reader->all = reader->all == reader->depth ? 0 : reader->all;
    reader->depth--;
    reader->opened = false;
}

static void
take_atom(struct reader *reader, const char *text, size_t len)
{
    if (reader->opened) {
        len = len < sizeof(reader->head) ? len : sizeof(reader->head) - 1;
        memcpy(reader->head, text, len);
        reader->head[len] = 0;
        reader->head_depth = reader->depth;
        if (strcmp(reader->head, "segment") == 0) {
            reader->preedit = reader->depth;
        } else if (strcmp(reader->head, "all-candidate-words") == 0) {
            reader->words = reader->depth;
        } else if (reader->words > 0 && strcmp(reader->head, "candidates") == 0) {
            reader->all = reader->depth;
        }
    }
    reader->opened = false;
}

static bool
holds(const char *text, size_t len, const char *what)
{
    size_t size = strlen(what);
    for (size_t i = 0; i + size <= len; i++) {
        if (memcmp(text + i, what, size) == 0) {
            return true;
        }
    }
    return false;
}

static void
take_string(struct reader *reader, const char *text, size_t len)
{
    reader->opened = false;
    if (reader->item == 0 || reader->head_depth != reader->depth) {
        return;
    }
    bool own = reader->depth == reader->item + 1;
    char *into = own && strcmp(reader->head, "value") == 0 ? reader->value
                 : own && strcmp(reader->head, "key") == 0 ? reader->key
                                                           : NULL;
    if (into != NULL && len < INPUT_TEXT_MAX) {
        memcpy(into, text, len);
        into[len] = 0;
    } else if (strcmp(reader->head, "description") == 0) {
        /* "[半]" half width, "アルファベット" echoes of the keys that were never pressed */
        reader->echo = holds(text, len, "[半]") || holds(text, len, "アルファベット");
    }
}

int
mozc_read(const char *answer, size_t len, int at, bool first, struct input_result *result)
{
    struct reader reader = {.result = result, .at = at, .first = first};
    for (size_t i = 0; i < len; i++) {
        char c = answer[i];
        if (c == '(') {
            open_list(&reader);
        } else if (c == ')') {
            close_list(&reader);
            if (reader.depth < 0) {
                break;
            }
        } else if (c == '"') {
            size_t start = ++i;
            while (i < len && answer[i] != '"') {
                i += answer[i] == '\\' ? 2 : 1;
            }
            take_string(&reader, answer + start, (i < len ? i : len) - start);
        } else if (c != ' ' && c != '\n' && c != '.') {
            size_t start = i;
            while (i + 1 < len && strchr("() \n\"", answer[i + 1]) == NULL) {
                i++;
            }
            take_atom(&reader, answer + start, i + 1 - start);
        }
    }
    explicit_bzero(reader.value, sizeof(reader.value));
    explicit_bzero(reader.key, sizeof(reader.key));
    return reader.depth == 0 && result->clause_count > 0 ? 0 : KERR_INVALID;
}

/* The number that follows in "(emacs-session-id . 1)" of the answer to CreateSession. */
static int
session(const struct talk *talk)
{
    static const char sign[] = "(emacs-session-id . ";
    const char *found = strstr(buf_str(&talk->line), sign);
    return found != NULL ? (int)strtol(found + sizeof(sign) - 1, NULL, 10) : 0;
}

int
mozc_convert(struct talk *talk, const char *reading, struct input_result *result)
{
    char command[COMMAND_MAX];
    int r = ask(talk, "CreateSession", ANSWER_MS);
    int id = r == 0 ? session(talk) : 0;
    if (r == 0) {
        (void)snprintf(command, sizeof(command), "SendKey %d 97 \"%s\"", id, reading);
        r = ask(talk, command, ANSWER_MS);
        explicit_bzero(command, sizeof(command));
    }
    for (int at = 0; r == 0 && (at == 0 || at < result->clause_count); at++) {
        (void)snprintf(command, sizeof(command), "SendKey %d %s", id, at == 0 ? "space" : "right");
        r = ask(talk, command, ANSWER_MS);
        if (r == 0) {
            r = mozc_read(buf_str(&talk->line), talk->line.len, at, at == 0, result);
        }
    }
    if (r == 0) {
        (void)snprintf(command, sizeof(command), "DeleteSession %d", id);
        r = ask(talk, command, ANSWER_MS);
    }
    buf_clear(&talk->line);
    return r;
}
