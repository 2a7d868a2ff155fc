/* Files that people write for the desk: who may log in, and which systems get records. Whatever stands there, only whole lines
 * let somebody in, and the operators' tool harms no line but its own. */
#define _GNU_SOURCE
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "desk/hand_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "fuzz-clerk"
enum { PATH_LEN = 64 };

/* A file in memory with these bytes. */
static int
make_file(const uint8_t *data, size_t size, char ret_path[PATH_LEN])
{
    int fd = memfd_create("lines", MFD_CLOEXEC);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size)) {
        abort();
    }
    (void)snprintf(ret_path, PATH_LEN, "/proc/self/fd/%d", fd);
    return fd;
}

static int
no_password(const char *password, const char *hash)
{
    (void)password;
    return hash != NULL && strcmp(hash, "open") == 0;
}

static void
look_at_clerk(const char *name, enum desk_role role, void *ctx)
{
    assert(name[0] != 0 && strchr(name, '\n') == NULL && strchr(name, ':') == NULL);
    assert(role <= DESK_OPERATOR);
    ++*(size_t *)ctx;
}

static void
check_staff(const char *path)
{
    struct desk_staff *staff = NULL;
    struct desk_who who;
    size_t count = 0;
    if (desk_staff_new(path, no_password, clock_system(), &staff) < 0) {
        abort();
    }
    desk_staff_each(staff, look_at_clerk, &count);
    bool is_known = desk_staff_who(staff, NAME, &who);
    assert(!is_known || strcmp(who.name, NAME) == 0);
    int wait_s = 0;
    if (desk_staff_login(staff, NAME, "x", &who, &wait_s) == DESK_LOGIN_OK) {
        assert(is_known);
    }
    desk_staff_free(staff);
}

static int
look_at_client(const struct desk_client *client, void *ctx)
{
    size_t len = strnlen(client->name, sizeof(client->name));
    assert(len > 0 && len < sizeof(client->name));
    assert(client->rate >= 0 && client->rate <= DESK_RATE_MAX);
    assert(strnlen(client->states, sizeof(client->states)) < sizeof(client->states));
    assert(strnlen(client->procedures, sizeof(client->procedures)) < sizeof(client->procedures));
    ++*(size_t *)ctx;
    return 0;
}

static void
check_clients(const char *path, const char *key)
{
    struct desk_client client;
    size_t count = 0;
    int line = 0;
    int r = desk_clients_each(path, look_at_client, &count, &line);
    int found = desk_client_with_key(path, key, &client);
    assert(r == 0 || found < 0); /* one wrong line lets nobody in */
    assert(found < 0 || (client.rights & DESK_RIGHT_REVOKED) == 0);
}

/* The body of a request to mark records as handed over. */
static void
check_body(const uint8_t *data, size_t size)
{
    const struct desk_request request = {
        .method = "POST", .path = "/api/v1/handed", .body = data, .body_len = size};
    size_t count = 0;
    uint8_t(*ids)[LEDGER_ID_LEN] = desk_api_ids(&request, &count);
    assert(ids == NULL || count <= LEDGER_BATCH_MAX);
    free(ids);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[PATH_LEN];
    int fd = make_file(data, size, path);
    check_staff(path);
    check_clients(path, "key");
    check_body(data, size);
    (void)close(fd);
    return 0;
}
