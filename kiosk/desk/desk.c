/* desk/desk.c - puts the desk together and takes it apart. */
#include "find_priv.h"
#include "hand_priv.h"
#include "keep_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

static char *
copy(const char *text)
{
    return text != NULL ? xstrdup(text) : NULL;
}

static void
desk_free(struct desk *desk)
{
    const char *const texts[] = {desk->config.address, desk->config.public_name,
        desk->config.ledger, desk->config.staff, desk->config.pages, desk->config.fonts,
        desk->config.live, desk->config.statistics, desk->config.handover, desk->config.clients,
        desk->config.index};
    desk_rates_free(desk->rates);
    desk_hand_free(desk->hand);
    desk_staff_free(desk->staff);
    desk_sessions_free(desk->sessions);
    desk_assets_free(desk->assets);
    desk_index_free(desk->index);
    desk_wishes_free(desk->wishes);
    print_free(desk->print);
    live_close(desk->live);
    ledger_close(desk->ledger);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        free((void *)(uintptr_t)texts[i]); /* our own copies, const only for those who read them */
    }
    free(desk);
}

int
desk_start(const struct desk_config *config, struct desk **ret_desk)
{
    struct desk *desk = xcalloc(1, sizeof(*desk));
    desk->config = *config;
    desk->config.address = copy(config->address);
    desk->config.public_name = copy(config->public_name);
    desk->config.ledger = copy(config->ledger);
    desk->config.staff = copy(config->staff);
    desk->config.pages = copy(config->pages);
    desk->config.fonts = copy(config->fonts);
    desk->config.live = copy(config->live);
    desk->config.statistics = copy(config->statistics);
    desk->config.index = copy(config->index);
    desk->config.handover = copy(config->handover);
    desk->config.clients = copy(config->clients);
    desk->rates = desk_rates_new(config->clock);
    desk->live = live_open(config->live);
    desk->wishes = desk_wishes_new();
    desk->sessions = desk_sessions_new(config->clock);
    int r = desk_assets_load(config->pages, &desk->assets);
    if (r == 0) {
        r = desk_staff_new(config->staff, seal_password_check, config->clock, &desk->staff);
    }
    if (r == 0) {
        r = desk_hand_load(desk->config.handover, config->procedures, &desk->hand);
    }
    if (r == 0) {
        r = print_new(desk->config.fonts, &desk->print);
    }
    if (r == 0) {
        r = ledger_open(config->ledger, &desk->ledger);
    }
    if (r == 0) {
        r = desk_index_new(&desk->config, &desk->index);
    }
    if (r == 0) {
        desk_forget_gone(desk);
    }
    if (r == 0) {
        r = desk_index_start(desk->index);
    }
    if (r == 0) {
        r = desk_server_start(desk);
    }
    if (r < 0) {
        desk_free(desk);
        return r;
    }
    *ret_desk = desk;
    return 0;
}

void
desk_stop(struct desk *desk)
{
    if (desk == NULL) {
        return;
    }
    desk_server_stop(desk);
    desk_free(desk);
}

uint16_t
desk_port(const struct desk *desk)
{
    return desk->port;
}
