/* procedure/resume.c - an interview that is taken up again: the facts hold its answers, and flow.c looks at each of them
 * as it does after every change; so here are only the pages that were shown, and the place. */
#include "procedure_priv.h"

#include <string.h>

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
