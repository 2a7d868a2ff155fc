/* procedure/answer.c - what a visitor answers: made canonical (tolerant: full-width digits, spaces around,
 * dates in any usual way), then checked against the question. What looks like a My Number is refused
 * in every written answer: the twelve digits are not for this machine. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "kana.h"

enum {
    CODE_WIDE_SPACE = 0x3000,
    MY_NUMBER_DIGITS = 12 /* 番号利用法施行令 第8条: eleven digits and a check digit */
};

static int
refuse(struct interview_verdict *verdict, const char *message)
{
    *verdict = (struct interview_verdict){.message = message};
    return KERR_PROCEDURE_ANSWER;
}

/* ASCII digit of any width, or -1. */
static int
digit_of(uint32_t code)
{
    if (code >= '0' && code <= '9') {
        return (int)(code - '0');
    }
    return code >= 0xff10 && code <= 0xff19 ? (int)(code - 0xff10) : -1;
}

static bool
is_space(uint32_t code)
{
    return code == ' ' || code == CODE_WIDE_SPACE || code == 0xa0 || code == '\t';
}

/* Hyphens and what is typed for them. */
static bool
is_hyphen(uint32_t code)
{
    return code == '-' || (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xff0d ||
           code == 0x30fc || code == 0xff70;
}

bool
answer_holds_my_number(const char *text)
{
    size_t len = strlen(text);
    size_t run = 0;
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (digit_of(code) >= 0) {
            if (++run >= MY_NUMBER_DIGITS) {
                return true;
            }
        } else if (!is_space(code) && !is_hyphen(code)) {
            run = 0;
        }
    }
    return false;
}

/* Copies without spaces at both ends. */
static void
trim(const char *answer, char *out)
{
    size_t len = strlen(answer);
    size_t first = len;
    size_t last = 0;
    for (size_t pos = 0; pos < len;) {
        size_t start = pos;
        if (!is_space(utf8_next(answer, len, &pos))) {
            first = start < first ? start : first;
            last = pos;
        }
    }
    size_t size = first < last ? last - first : 0;
    memmove(out, answer + (size > 0 ? first : 0), size);
    out[size] = 0;
}

static int
check_text(const struct question_def *question, char *out, struct interview_verdict *verdict)
{
    size_t len = strlen(out);
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(out, len, &pos);
        if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            return refuse(verdict, "answer.text");
        }
    }
    if (answer_holds_my_number(out)) {
        return refuse(verdict, "answer.my-number");
    }
    return utf8_count(out, len) > question->max_length ? refuse(verdict, "answer.too-long") : 0;
}

/* Only the digits stay; brackets, spaces and hyphens between them are passed over. */
static int
keep_digits(char *out, struct interview_verdict *verdict)
{
    size_t len = strlen(out);
    size_t size = 0;
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(out, len, &pos);
        if (digit_of(code) >= 0) {
            out[size++] = (char)('0' + digit_of(code)); /* never longer than what was read */
        } else if (!is_space(code) && !is_hyphen(code) && code != '(' && code != ')') {
            return refuse(verdict, "answer.digits");
        }
    }
    out[size] = 0;
    return size > 0 ? 0 : refuse(verdict, "answer.digits");
}

static int
normalise_number(char *out, int64_t *ret_number)
{
    size_t len = strlen(out);
    int64_t number = 0;
    bool negative = false;
    bool any = false;
    for (size_t pos = 0; pos < len;) {
        bool first = pos == 0;
        uint32_t code = utf8_next(out, len, &pos);
        if (digit_of(code) >= 0 && number <= NUMBER_LIMIT) {
            number = number * 10 + digit_of(code);
            any = true;
        } else if (first && is_hyphen(code)) {
            negative = true;
        } else if ((code != ',' && code != 0xff0c) || !any) {
            return KERR_PROCEDURE_ANSWER;
        }
    }
    if (!any || number > NUMBER_LIMIT) {
        return KERR_PROCEDURE_ANSWER;
    }
    *ret_number = negative ? -number : number;
    (void)snprintf(out, PROCEDURE_ANSWER_MAX + 1, "%lld", (long long)*ret_number);
    return 0;
}

/* Several: each value once, in the order of the file. */
static int
normalise_several(const struct question_def *question, char *out)
{
    bool chosen[CHOICES_MAX] = {false};
    for (const char *at = out; *at != 0; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        int which = choice_find(question, at, len);
        if (which < 0) {
            return KERR_PROCEDURE_ANSWER;
        }
        chosen[which] = true;
        at += len;
    }
    size_t size = 0;
    for (size_t i = 0; i < question->choice_count; i++) {
        size_t len = strlen(question->choices[i].value);
        if (!chosen[i]) {
            continue;
        }
        if (size + len + 1 > PROCEDURE_ANSWER_MAX) {
            return KERR_TOO_BIG;
        }
        if (size > 0) {
            out[size++] = ' ';
        }
        memcpy(out + size, question->choices[i].value, len);
        size += len;
    }
    out[size] = 0;
    return 0;
}

/* Refused with this message unless it is so. */
static int
unless(bool fine, struct interview_verdict *verdict, const char *message)
{
    return fine ? 0 : refuse(verdict, message);
}

/* Canonical form of what is chosen, not written. */
static int
normalise_chosen(const struct question_def *question, char *out, struct interview_verdict *verdict)
{
    switch (question->type) {
    case QUESTION_SEVERAL:
        return unless(normalise_several(question, out) == 0, verdict, "answer.choice");
    case QUESTION_YES_NO:
        return unless(strcmp(out, "yes") == 0 || strcmp(out, "no") == 0, verdict, "answer.choice");
    case QUESTION_PICK:
        return unless(
            procedure_entry(&question->list->list, out) != NULL, verdict, "answer.choice");
    case QUESTION_SLOT:
        return unless(slot_normalise(out), verdict, "answer.choice");
    case QUESTION_PLACE:
        return unless(place_normalise(question, out), verdict, "answer.place");
    case QUESTION_SIGNATURE:
        return unless(signature_normalise(out), verdict, "answer.signature");
    case QUESTION_NOTE:
        return unless(strcmp(out, "seen") == 0, verdict, "answer.choice");
    default:
        return unless(choice_find(question, out, strlen(out)) >= 0, verdict, "answer.choice");
    }
}

/* Canonical form by type; what a value of this type can never be is refused here. */
static int
normalise(const struct question_def *question, char *out, struct interview_verdict *verdict)
{
    int64_t number;
    switch (question->type) {
    case QUESTION_TEXT:
        if (question->digits && keep_digits(out, verdict) < 0) {
            return KERR_PROCEDURE_ANSWER;
        }
        return check_text(question, out, verdict);
    case QUESTION_KANA:
        if (!kana_normalise(out, PROCEDURE_ANSWER_MAX + 1)) {
            return refuse(verdict, "answer.kana");
        }
        return check_text(question, out, verdict);
    case QUESTION_NUMBER:
    case QUESTION_MONEY:
        return unless(normalise_number(out, &number) == 0, verdict, "answer.number");
    case QUESTION_DATE:
        if (!date_parse_tolerant(out, &number)) {
            return refuse(verdict, "answer.date");
        }
        clock_day_text(number, out);
        return 0;
    case QUESTION_TIME:
        return unless(time_normalise(out), verdict, "answer.time");
    default:
        return normalise_chosen(question, out, verdict);
    }
}

/* Does the place of a chosen time belong to the answer that narrows the places? */
static bool
slot_offered(struct flow_env *env, const struct question_def *question, const char *out)
{
    char place[ID_MAX + 1];
    size_t len = strcspn(out, "/");
    if (question->within == NULL || question->list == NULL || len >= sizeof(place)) {
        return question->within == NULL;
    }
    memcpy(place, out, len);
    place[len] = 0;
    const struct procedure_entry *entry = procedure_entry(&question->list->list, place);
    return entry != NULL && entry_offered(env, question, entry);
}

/* Is what was chosen among what can be chosen now? */
static bool
offered(struct flow_env *env, const struct question_def *question, const char *out)
{
    if (question->type == QUESTION_PICK) {
        return entry_offered(env, question, procedure_entry(&question->list->list, out));
    }
    if (question->type == QUESTION_SLOT) {
        return slot_offered(env, question, out);
    }
    for (const char *at = out; question->choice_rules != NULL && *at != 0; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        int which = choice_find(question, at, len);
        if (which >= 0 && !choice_offered(env, question, (size_t)which)) {
            return false;
        }
        at += len;
    }
    return true;
}

static int
check_rules(const struct interview *interview, const struct flow *flow, size_t slot,
    const char *out, struct interview_verdict *verdict)
{
    const struct question_def *question =
        &interview->procedure->questions[flow->slots[slot].question];
    struct flow_env env;
    flow_env_init(&env, interview, flow, slot);
    env.candidate = out;
    struct value value = answer_value(question, out);
    if (!offered(&env, question, out)) {
        return refuse(verdict, "answer.choice");
    }
    struct value min = {.know = VALUE_NONE};
    struct value max = {.know = VALUE_NONE};
    if (question->min != NULL) {
        min = expr_eval(question->min, &env.env);
    } else if (question->type == QUESTION_NUMBER || question->type == QUESTION_MONEY) {
        min = (struct value){.know = VALUE_KNOWN};
    }
    if (question->max != NULL) {
        max = expr_eval(question->max, &env.env);
    }
    bool between_steps = question->type == QUESTION_TIME && value.number % question->step != 0;
    bool outside = between_steps || (min.know == VALUE_KNOWN && value.number < min.number) ||
                   (max.know == VALUE_KNOWN && value.number > max.number);
    struct value held = {.know = VALUE_KNOWN, .number = 1};
    if (question->constraint != NULL && !outside) {
        held = expr_eval(question->constraint, &env.env);
    }
    if (!outside && (held.know == VALUE_OPEN || held.number != 0)) {
        return 0;
    }
    *verdict = (struct interview_verdict){.otherwise = question->otherwise};
    if (question->otherwise.source == NULL) {
        verdict->message = question->type == QUESTION_DATE   ? "answer.date-range"
                           : question->type == QUESTION_TIME ? "answer.time-range"
                                                             : "answer.number-range";
    }
    return KERR_PROCEDURE_ANSWER;
}

static bool
is_chosen(enum question_type type)
{
    return type == QUESTION_CHOICE || type == QUESTION_SEVERAL || type == QUESTION_YES_NO ||
           type == QUESTION_PICK || type == QUESTION_SLOT || type == QUESTION_NOTE;
}

int
answer_check(const struct interview *interview, const struct flow *flow, size_t slot,
    const char *answer, char *out, struct interview_verdict *ret_verdict)
{
    const struct question_def *question =
        &interview->procedure->questions[flow->slots[slot].question];
    size_t len = strnlen(answer, PROCEDURE_ANSWER_MAX + 1);
    if (len > PROCEDURE_ANSWER_MAX) {
        return KERR_TOO_BIG;
    }
    if (!utf8_valid(answer, len)) {
        return KERR_INVALID;
    }
    trim(answer, out);
    if (out[0] == 0) {
        return question->required
                   ? refuse(ret_verdict,
                         is_chosen(question->type) ? "answer.choice" : "answer.required")
                   : 0;
    }
    if (question->dont_know && strcmp(out, "unknown") == 0) {
        return 0;
    }
    int r = normalise(question, out, ret_verdict);
    return r < 0 ? r : check_rules(interview, flow, slot, out, ret_verdict);
}

struct value
answer_value(const struct question_def *question, const char *text)
{
    struct value value = {.know = VALUE_KNOWN, .text = text};
    bool unknown = question->dont_know && strcmp(text, "unknown") == 0;
    bool told = question->type == QUESTION_CHOICE || question->type == QUESTION_PICK ||
                question->type == QUESTION_PLACE || question->type == QUESTION_SLOT;
    if (text[0] == 0 || (unknown && !told)) {
        return (struct value){.know = VALUE_NONE};
    }
    switch (question->type) {
    case QUESTION_NUMBER:
    case QUESTION_MONEY:
        value.type = EXPR_NUMBER;
        value.number = strtoll(text, NULL, 10);
        break;
    case QUESTION_TIME:
        value.type = EXPR_TIME;
        if (!time_parse(text, &value.number)) {
            return (struct value){.know = VALUE_NONE};
        }
        break;
    case QUESTION_DATE:
        value.type = EXPR_DATE;
        if (!date_parse_iso(text, strlen(text), &value.number)) {
            return (struct value){.know = VALUE_NONE}; /* a card's birth date may be incomplete */
        }
        break;
    case QUESTION_YES_NO:
        value.type = EXPR_BOOL;
        value.number = strcmp(text, "yes") == 0;
        break;
    case QUESTION_SEVERAL:
        value.type = EXPR_SET;
        break;
    default:
        value.type = EXPR_TEXT;
    }
    return value;
}

void
answer_from_value(
    const struct question_def *question, struct value value, char out[PROCEDURE_ANSWER_MAX + 1])
{
    switch (question->type) {
    case QUESTION_NUMBER:
    case QUESTION_MONEY:
        (void)snprintf(out, PROCEDURE_ANSWER_MAX + 1, "%lld", (long long)value.number);
        break;
    case QUESTION_TIME:
        time_format(value.number, out);
        break;
    case QUESTION_DATE:
        clock_day_text(value.number, out);
        break;
    case QUESTION_YES_NO:
        (void)snprintf(out, PROCEDURE_ANSWER_MAX + 1, "%s", value.number != 0 ? "yes" : "no");
        break;
    default: /* a text from another answer may be longer than this one may be: cut, checked later */
        (void)snprintf(out, PROCEDURE_ANSWER_MAX + 1, "%s", value.text);
    }
}

bool
answer_holds(const char *list, const char *id)
{
    size_t len = strlen(id);
    for (const char *at = list; *at != 0; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (size == len && memcmp(at, id, len) == 0) {
            return true;
        }
        at += size;
    }
    return false;
}
