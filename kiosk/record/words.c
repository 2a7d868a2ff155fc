/* record/words.c - the dictionaries of pressed records: what nearly every record says, the commonest last. Made from the
 * ids of assets/procedures, the choices and the keys of assets/dictionary. Frozen: see record_priv.h. */
#include "record/record_priv.h"

#include <stddef.h>

static const char *const names_1[] = {
    "benefits",
    "card-support",
    "care-certification",
    "care-insurance-move",
    "child-allowance-change",
    "child-allowance-claim",
    "child-allowance-details",
    "child-allowance-donation",
    "child-allowance-end",
    "child-allowance-school",
    "child-allowance-status",
    "child-allowance-unpaid",
    "child-medical",
    "community-room",
    "family-register",
    "guide",
    "health-checkup",
    "income-certificate",
    "memory-check",
    "move-in",
    "move-out",
    "move-within",
    "my-request",
    "nhi-join",
    "nhi-leave",
    "nursery-application",
    "nursery-certification",
    "nursery-status",
    "pension-change",
    "points-balance",
    "points-exchange",
    "register-appendix",
    "report-spot",
    "resident-record",
    "school-transfer",
    "seal-certificate",
    "seal-registration",
    "shelter-check-in",
    "survey",
    "tax-payment-certificate",
    "timeline",
    "waste-sheet",
    NULL,
};
static const char *const values_1[] = {
    "ordinary",
    "current",
    "savings",
    "school",
    "money",
    "visit",
    "call",
    "holiday",
    "student",
    "support-1",
    "support-2",
    "care-1",
    "care-2",
    "care-3",
    "care-4",
    "care-5",
    "home",
    "hospital",
    "assistance",
    "disability",
    "single",
    "company",
    "elderly",
    "employee",
    "dependent",
    "receiving",
    "grandparent",
    "existing",
    "cohabitant",
    "ward",
    "relative",
    "office",
    "support",
    "friend",
    "letter",
    "guardian",
    "grandchild",
    "abroad",
    "facility",
    "birth",
    "illness",
    "care",
    "search",
    "study",
    "leave",
    "disaster",
    "employed",
    "self-employed",
    "national",
    "public",
    "self",
    "sibling",
    "male",
    "female",
    "not-applicable",
    "unknown",
    "family",
    "spouse",
    "child",
    "work",
    "parent",
    "none",
    "other",
    "no",
    "yes",
    NULL,
};
static const char *const keys_1[] = {
    "account.use",
    "account.bank",
    "account.branch",
    "account.kind",
    "account.number",
    "account.holder",
    "apart.name",
    "apart.kana",
    "apart.birth",
    "apart.relationship",
    "apart.address",
    "apart.reason",
    "apart.support",
    "older.name",
    "older.birth",
    "older.address",
    "older.doing",
    "older.graduation",
    "deceased.name",
    "deceased.kana",
    "deceased.birth",
    "deceased.on",
    "deceased.address",
    "card.tag",
    "card.expires",
    "card.tries",
    "card.certificate-expires",
    "card.login-tries",
    "card.sign-tries",
    "card.register-tries",
    "care.place",
    "care.place-address",
    "insurance.insurer",
    "insurance.symbol",
    "childcare.hours",
    "childcare.commute",
    "childcare.spouse-hours",
    "childcare.welfare",
    "spouse.address",
    "spouse.together",
    "work.employer",
    "household.name",
    "household.kana",
    "household.birth",
    "household.sex",
    "household.relationship",
    "household.child",
    "household.preschool",
    "household.pupil",
    "move.on",
    "move.old-address",
    "move.head",
    "move.head-name",
    "move.relationship",
    "agent.kind",
    "agent.office",
    "agent.authority",
    "apart.others",
    "care.number",
    "care.level",
    "care.until",
    "care.living",
    "care.doctor",
    "care.hospital",
    "care.department",
    "care.doctor-name",
    "care.last-visit",
    "childcare.reason",
    "childcare.spouse-reason",
    "spouse.work",
    "insurance.kind",
    "points.card",
    "subject.who",
    "subject.name",
    "subject.kana",
    "subject.birth",
    "subject.address",
    "subject.phone",
    "subject.sex",
    "older.others",
    "spouse.has",
    "spouse.name",
    "spouse.kana",
    "spouse.birth",
    "work.kind",
    "pension.kind",
    "move.new-address",
    "allowance.recipient",
    "household.others",
    "applicant.phone",
    "applicant.kana",
    "applicant.sex",
    "applicant.address",
    "applicant.birth",
    "applicant.name",
    NULL,
};

static const struct record_words all[RECORD_WORDS_COUNT] = {
    {0x50404383UL, names_1, values_1, keys_1},
};

static void
add_each(struct buf *out, const char *before, const char *const *each, const char *after)
{
    for (; *each != NULL; each++) {
        (void)buf_printf(
            out, "%s%s%s", before, *each, after); /* the caller asks for the first error */
    }
}

const struct record_words *
record_words_of(unsigned long sum)
{
    for (size_t i = 0; i < RECORD_WORDS_COUNT; i++) {
        if (all[i].sum == sum) {
            return &all[i];
        }
    }
    return NULL;
}

const struct record_words *
record_words_newest(void)
{
    return &all[RECORD_WORDS_COUNT - 1];
}

int
record_words_join(const struct record_words *words, struct buf *ret_text)
{
    add_each(ret_text, "\":\"", words->names, "\",\"");
    add_each(ret_text, ",\"v\":\"", words->values, "\",\"o\":\"person\",\"t\":17");
    (void)buf_add_str(ret_text,
        "{\"v\":1,\"id\":\"\",\"number\":\"001\",\"procedure\":\"\",\"in_force\":\"2026-04-01\","
        "\"kiosk\":\"kiosk-001\",\"language\":\"zh-Hans\",\"language\":\"pt-BR\",\"language\":"
        "\"en\","
        "\"language\":\"ja-easy\",\"language\":\"ja\",\"submitted_at\":17,\"fee\":-1,\"facts\":[");
    add_each(ret_text, "},{\"k\":\"", words->keys, "\",\"v\":\"");
    (void)buf_add_str(ret_text, "\",\"o\":\"staff\",\"t\":17\",\"o\":\"derived\",\"t\":17"
                                "\",\"o\":\"card\",\"t\":17\",\"o\":\"person\",\"t\":17");
    return buf_error(ret_text);
}
