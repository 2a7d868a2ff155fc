/* procedure/resume.c - an interview as its pages: one that is taken up again: the facts hold its answers, and flow.c looks at each of them
 * as it does after every change; so here are only the pages that were shown, and the place. */
#include "procedure_priv.h"

#include <string.h>

#include "base/err.h"

size_t
interview_asked_count(const struct interview *interview)
{
    return interview->asked_count;
}

const char *
interview_asked(const struct interview *interview, size_t index)
{
    return index < interview->asked_count ? interview->asked[index] : "";
}

void
interview_resume(struct interview *interview, const struct fact_set *asked)
{
    const struct procedure *procedure = interview->procedure;
    for (size_t i = 0; i < fact_set_count(asked); i++) {
        interview_remember_asked(interview, fact_set_at(asked, i)->key);
    }
    const char *tasks =
        procedure->together >= 0 ? procedure->questions[procedure->together].key : NULL;
    if (tasks != NULL && flow_asked(interview, tasks)) {
        interview->tasks_seen = interview->flow.offered; /* what is new since then stands ticked */
    }
    interview_look(interview);
    interview_stand(interview, "");
}

void
interview_stand(struct interview *interview, const char *key)
{
    size_t open = 0;
    while (open < interview->flow.count && !interview->flow.slots[open].open) {
        open++;
    }
    interview->cursor = open;
    for (size_t i = 0; i < open && key[0] != 0; i++) {
        const struct slot *slot = &interview->flow.slots[i];
        if (slot->page && strcmp(slot->key, key) == 0) {
            interview->cursor = i;
            return;
        }
    }
    if (key[0] != 0 && open == interview->flow.count) {
        (void)interview_change(interview, key); /* a row that has no page: from the check page */
    }
}

size_t
interview_page_count(const struct interview *interview)
{
    size_t count = 0;
    for (size_t i = 0; i < interview->flow.count; i++) {
        count += interview->flow.slots[i].page;
    }
    return count;
}

size_t
interview_page_now(const struct interview *interview)
{
    size_t now = 0;
    for (size_t i = 0; i < interview->cursor; i++) {
        now += interview->flow.slots[i].page;
    }
    return now;
}

int
interview_page(const struct interview *interview, size_t index, struct interview_page *ret_page)
{
    for (size_t i = 0; i < interview->flow.count; i++) {
        const struct slot *slot = &interview->flow.slots[i];
        if (slot->page && index-- == 0) {
            const struct fact *fact = fact_set_get(interview->facts, slot->key);
            slot_question(interview, &interview->flow, i, &ret_page->row.question);
            ret_page->row.value = fact != NULL ? fact->value : "";
            ret_page->row.origin = fact != NULL ? fact->origin : FACT_ORIGIN_PERSON;
            ret_page->open = slot->open;
            return 0;
        }
    }
    return KERR_NOT_FOUND;
}
