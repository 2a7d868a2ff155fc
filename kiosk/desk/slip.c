/* desk/slip.c - the guide slip of a record, as the terminal prints it for the visitor (room slip). */
#include "desk_priv.h"

#include "base/err.h"
#include "slip/slip.h"

int
desk_slip(struct desk *desk, const struct record *record, struct buf *ret_pdf)
{
    const struct desk_config *config = &desk->config;
    const struct record_head *head = record_head(record);
    const struct procedure *procedure = procedure_find(config->procedures, head->procedure);
    if (procedure == NULL) {
        return KERR_NOT_FOUND;
    }
    const struct fact_set *from = record_facts(record);
    struct fact_set *facts = fact_set_new();
    for (size_t i = 0; i < fact_set_count(from); i++) {
        const struct fact *fact = fact_set_at(from, i);
        (void)fact_set_put(
            facts, fact->key, fact->value, fact->origin, fact->at); /* fits: it came from one */
    }
    struct interview *interview = interview_new(procedure, facts, config->clock);
    const struct slip_about about = {.words = config->words,
        .language = head->language,
        .number = head->number,
        .made = head->submitted_at,
        .fee = head->fee};
    struct slip *slip = NULL;
    int r = slip_new(&about, interview, &slip);
    r = r == 0 ? slip_pdf(slip, desk->print, ret_pdf) : r;
    slip_free(slip);
    interview_free(interview);
    fact_set_free(facts);
    return r;
}
