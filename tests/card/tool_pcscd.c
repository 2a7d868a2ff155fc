/* card/tool_pcscd.c - the card room on the real PC/SC, driven by lines: test_pcscd.sh types, this
 * prints one line an event. "read PIN", "confirm PIN" (last try allowed), "refresh", "release",
 * "stats", "quit". Test cards only: it prints facts. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "card/card.h"

struct tool {
    struct card *card;
    int wake;
    int64_t asked; /* when the last read was asked for */
};

static void
wakeup(void *ctx)
{
    struct tool *tool = ctx;
    if (eventfd_write(tool->wake, 1) != 0) {
        perror("eventfd");
    }
}

static void
print_event(struct tool *tool, struct card_event *event)
{
    static const char *types[] = {"readers", "inserted", "removed", "read"};
    static const char *kinds[] = {"none", "unknown", "my-number"};
    printf("event=%s error=%s kind=%s tries=%d readers=%d questionable=%d", types[event->type],
        err_str(event->error), kinds[event->kind], event->tries, event->readers,
        event->data_questionable);
    if (event->type == CARD_EVENT_READ) {
        printf(" ms=%lld", (long long)(clock_mono_ms(clock_system()) - tool->asked));
    }
    for (size_t i = 0; event->facts != NULL && i < fact_set_count(event->facts); i++) {
        const struct fact *fact = fact_set_at(event->facts, i);
        printf(" %s=%s", fact->key, fact->value);
    }
    printf("\n");
    card_event_release(event);
}

static void
start_read(struct tool *tool, const char *pin, bool confirmed)
{
    struct secret *secret;
    if (secret_new(&secret) < 0) {
        printf("no locked memory\n");
        return;
    }
    for (const char *p = pin; *p != 0; p++) {
        (void)secret_push(secret, (uint8_t)*p);
    }
    tool->asked = clock_mono_ms(clock_system());
    printf("asked %s\n", err_str(card_read(tool->card, secret, confirmed, 7)));
}

/* False to end. */
static bool
command(struct tool *tool, char *line)
{
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "read ", 5) == 0) {
        start_read(tool, line + 5, false);
    } else if (strncmp(line, "confirm ", 8) == 0) {
        start_read(tool, line + 8, true);
    } else if (strcmp(line, "refresh") == 0) {
        card_refresh(tool->card);
    } else if (strcmp(line, "release") == 0) {
        card_release(tool->card);
    } else if (strcmp(line, "stats") == 0) {
        struct card_stats stats = card_stats(tool->card);
        printf("stats apdus=%llu refused=%llu\n", (unsigned long long)stats.apdus,
            (unsigned long long)stats.refused);
    } else {
        return false;
    }
    return true;
}

int
main(void)
{
    const struct card_transport_ops *ops;
    void *ctx;
    struct tool tool = {.wake = eventfd(0, EFD_CLOEXEC)};
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    if (card_pcsc_new(&ops, &ctx) < 0 || card_start(ops, ctx, wakeup, &tool, &tool.card) < 0) {
        (void)fprintf(stderr, "can't start\n");
        return 1;
    }
    struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = tool.wake, .events = POLLIN}};
    bool go = true;
    while (go && poll(fds, 2, -1) > 0) {
        char line[256];
        eventfd_t ignored;
        if (fds[1].revents != 0 && eventfd_read(tool.wake, &ignored) == 0) {
            struct card_event event;
            while (card_poll(tool.card, &event)) {
                print_event(&tool, &event);
            }
        }
        if (fds[0].revents != 0) {
            go = fgets(line, sizeof(line), stdin) != NULL && command(&tool, line);
        }
    }
    card_stop(tool.card);
    printf("stopped\n");
    return 0;
}
