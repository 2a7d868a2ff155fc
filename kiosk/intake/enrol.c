/* intake/enrol.c - a terminal asks for its next certificates. The key that signs them is not here: what is asked waits in
 * a folder for staff (kioskctl enrol sign), and once the answer lies there, asking again gets it. */
#include "intake/intake_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { WAITING_MODE = 0644 };

/* Whoever has certificates asks for himself alone; a first request comes by stick, with its token. */
static int
check(struct intake *intake, const struct intake_asking *asking, struct seal_asked *ret_asked,
    enum intake_problem *ret_problem)
{
    int r = seal_asked_read(intake->verifier, asking->bytes, asking->len, ret_asked);
    *ret_problem = r == KERR_SEAL_REVOKED     ? INTAKE_PROBLEM_REVOKED
                   : r == KERR_SEAL_SIGNATURE ? INTAKE_PROBLEM_SIGNATURE
                                              : INTAKE_PROBLEM_FORM;
    if (r == 0 && !ret_asked->is_again) {
        r = KERR_SEAL_FORM;
    } else if (r == 0 && strcmp(ret_asked->kiosk, asking->peer) != 0) {
        *ret_problem = INTAKE_PROBLEM_FOREIGN;
        r = KERR_SEAL_SIGNATURE;
    }
    return r;
}

static int
read_granted(const struct intake *intake, const struct seal_asked *asked, struct buf *ret_certs)
{
    char name[SEAL_GRANT_NAME_MAX];
    int r = seal_grant_name(asked, name);
    if (r == 0) {
        char *folder = fs_join(intake->enrolment, "granted");
        char *path = fs_join(folder, name);
        r = fs_read(path, ret_certs);
        free(path);
        free(folder);
    }
    return r;
}

/* One request of a terminal waits, the newest. */
static int
keep_waiting(const struct intake *intake, const struct intake_asking *asking, bool is_granted)
{
    char *folder = fs_join(intake->enrolment, "waiting");
    char *path = fs_join(folder, asking->peer);
    AUTO_BUF there;
    buf_init(&there, SEAL_ASKED_MAX);
    bool is_same = fs_read(path, &there) == 0 && there.len == asking->len &&
                   memcmp(there.data, asking->bytes, asking->len) == 0;
    int r = 0;
    if (is_granted) {
        (void)fs_remove(path); /* it is answered; what stays is only listed */
    } else if (!is_same) {
        r = fs_make_dirs(folder);
        r = r == 0 ? fs_write_atomic(path, asking->bytes, asking->len, WAITING_MODE) : r;
    }
    free(path);
    free(folder);
    return r;
}

void
intake_put_enrolment(
    struct intake *intake, const struct intake_asking *asking, struct intake_reply *ret_reply)
{
    struct seal_asked asked = {.is_again = false};
    enum intake_problem problem = INTAKE_PROBLEM_PATH;
    int r = intake->enrolment != NULL ? check(intake, asking, &asked, &problem) : KERR_NOT_FOUND;
    if (r < 0) {
        intake_reply_problem(ret_reply, problem, r);
        return;
    }
    r = read_granted(intake, &asked, &ret_reply->body);
    bool is_granted = r == 0;
    r = r == 0 || r == KERR_NOT_FOUND ? keep_waiting(intake, asking, is_granted) : r;
    if (r < 0) {
        intake_reply_problem(
            ret_reply, r == KERR_NO_SPACE ? INTAKE_PROBLEM_NO_SPACE : INTAKE_PROBLEM_LEDGER, r);
        return;
    }
    ret_reply->status = is_granted ? 200 : 202;
    ret_reply->type = "application/x-pem-file";
}
