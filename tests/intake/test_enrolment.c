/* What a terminal asks the intake for: certificates for itself alone, by those that it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake_priv.h"

static char folder[HARNESS_FOLDER_LEN];
static struct city city;
static struct intake *intake;

static const char *
file(const char *name)
{
    return harness_file(folder, name);
}

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(folder);
    city_make(&city, file);
    struct intake_config config = city_listens(&city, file);
    config.enrolment = file("enrol");
    return intake_start(&config, &intake);
}

static int
tear_down(void **state)
{
    (void)state;
    intake_stop(intake);
    city_free(&city);
    return harness_folder_remove(folder);
}

static int
asks(const char *peer, const struct buf *request, enum intake_problem *ret_problem)
{
    struct intake_reply reply;
    const struct intake_asking asking = {.peer = peer, .bytes = request->data, .len = request->len};
    intake_reply_init(&reply);
    intake_put_enrolment(intake, &asking, &reply);
    int status = reply.status;
    *ret_problem = reply.problem;
    intake_reply_release(&reply);
    return status;
}

static void
refused(const char *peer, const struct buf *request, int status, enum intake_problem expected)
{
    enum intake_problem problem;
    assert_int_equal(status, asks(peer, request, &problem));
    assert_int_equal(expected, problem);
    assert_false(fs_exists(file("enrol/waiting")));
}

static void
test_for_itself_alone(void **state)
{
    (void)state;
    const struct seal_own own = {.cert = file("keys/kiosk.crt"),
        .key = file("keys/kiosk.key"),
        .tls_cert = file("keys/kiosk-tls.crt"),
        .tls_key = file("keys/kiosk-tls.key")};
    const struct seal_own stranger = {.cert = file("other/kiosk.crt"),
        .key = file("other/kiosk.key"),
        .tls_cert = file("other/kiosk-tls.crt"),
        .tls_key = file("other/kiosk-tls.key")};
    enum intake_problem problem;
    AUTO_BUF request;
    AUTO_BUF first;
    AUTO_BUF strange;
    buf_init(&request, SEAL_ASKED_MAX);
    buf_init(&first, SEAL_ASKED_MAX);
    buf_init(&strange, SEAL_ASKED_MAX);
    assert_int_equal(0, seal_own_ask(&own, "kiosk-001", "token", &first));
    assert_int_equal(0, fs_remove(file("keys/own/next/request")));
    assert_int_equal(0, seal_own_ask(&own, "kiosk-001", NULL, &request));
    assert_int_equal(0, seal_own_ask(&stranger, "kiosk-001", NULL, &strange));
    refused("kiosk-002", &request, 403, INTAKE_PROBLEM_FOREIGN);
    refused("kiosk-001", &first, 422, INTAKE_PROBLEM_FORM); /* that comes by stick */
    refused("kiosk-001", &strange, 422, INTAKE_PROBLEM_SIGNATURE);
    request.len--;
    refused("kiosk-001", &request, 422, INTAKE_PROBLEM_FORM);
    request.len++;
    assert_int_equal(202, asks("kiosk-001", &request, &problem));
    assert_true(fs_exists(file("enrol/waiting/kiosk-001")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_for_itself_alone)};
    return cmocka_run_group_tests_name("enrolment", tests, set_up, tear_down);
}
