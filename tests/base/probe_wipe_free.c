/* tests/base/probe_wipe_free.c - leaves a pattern in memory in every way a program gives memory back,
 * then looks for it on the heap. Prints the ways after which it was found; exit 0 when none was.
 * test_without_sanitizers.sh builds it with and without kiosk/base/wipe_free.c. */
#define _GNU_SOURCE 1
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEN = 700, FROM = 64, RUN = 32 };

static volatile uint8_t key =
    0x5d; /* read at run time: the pattern stands nowhere in the program */

static uint8_t
pattern(size_t i)
{
    return (uint8_t)((i * 37 + 11) ^ key ^ (i >> 3));
}

/* volatile: the compiler drops stores into memory that is freed next. */
static void
fill(void *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((volatile uint8_t *)p)[i] = pattern(i % LEN);
    }
}

static bool
is_filled(const void *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (((const uint8_t *)p)[i] != pattern(i % LEN)) {
            return false;
        }
    }
    return true;
}

/* Looks through every writable mapping without a file: heap, arenas, mapped blocks. */
static bool
found_on_heap(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    bool found = false;
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long long from = 0;
        unsigned long long to = 0;
        char rights[8] = "";
        bool named = strchr(line, '/') != NULL || strstr(line, "[stack]") != NULL ||
                     strstr(line, "[v") != NULL;
        if (named || sscanf(line, "%llx-%llx %7s", &from, &to, rights) != 3 ||
            strncmp(rights, "rw", 2) != 0) {
            continue;
        }
        const volatile uint8_t *at = (const volatile uint8_t *)(uintptr_t)from;
        const volatile uint8_t *end = (const volatile uint8_t *)(uintptr_t)(to - RUN);
        for (; at < end && !found; at++) {
            size_t same = 0;
            while (same < RUN && at[same] == pattern(FROM + same)) {
                same++;
            }
            found = same == RUN;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return found;
}

static void
must(bool ok, const char *what)
{
    if (!ok) {
        printf("broken: %s\n", what);
        exit(2);
    }
}

static void
by_malloc(void)
{
    void *p = malloc(LEN);
    must(p != NULL, "malloc");
    fill(p, LEN);
    free(p);
    free(NULL);
}

static void
by_calloc(void)
{
    void *p = calloc(7, LEN / 7);
    must(p != NULL, "calloc");
    fill(p, LEN);
    free(p);
}

/* Grows step by step with a block behind it, so that it has to move. */
static void
by_realloc_growing(void)
{
    uint8_t *p = realloc(NULL, LEN);
    must(p != NULL, "realloc of nothing");
    fill(p, LEN);
    void *walls[8] = {NULL};
    size_t len = LEN;
    for (size_t i = 0; i < 5; i++) {
        walls[i] = malloc(64);
        len *= 3;
        p = realloc(p, len);
        must(p != NULL && is_filled(p, LEN), "realloc keeps the bytes");
    }
    for (size_t i = 0; i < 5; i++) {
        free(walls[i]);
    }
    explicit_bzero(p, LEN);
    free(p);
}

static void
by_realloc_shrinking(void)
{
    uint8_t *p = malloc(40 * LEN);
    must(p != NULL, "malloc");
    memset(p, 0, 40 * LEN);
    fill(p, LEN);
    p = realloc(p, 20);
    must(p != NULL && is_filled(p, 20), "a smaller realloc keeps the first bytes");
    explicit_bzero(p, 20);
    free(p);
}

static void
by_realloc_to_nothing(void)
{
    void *p = malloc(LEN);
    must(p != NULL, "malloc");
    fill(p, LEN);
    /* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): this way too is tried */
    must(realloc(p, 0) == NULL, "realloc to nothing");
}

static void
by_reallocarray(void)
{
    void *p = malloc(LEN);
    must(p != NULL, "malloc");
    fill(p, LEN);
    p = reallocarray(p, 90, LEN);
    must(p != NULL && is_filled(p, LEN), "reallocarray keeps the bytes");
    explicit_bzero(p, LEN);
    volatile size_t many = SIZE_MAX / 2; /* volatile: the compiler would warn */
    must(reallocarray(p, many, 16) == NULL, "reallocarray sees the overflow");
    free(p);
}

static void
by_aligned(void)
{
    void *a = NULL;
    must(posix_memalign(&a, 4096, LEN) == 0, "posix_memalign");
    void *b = aligned_alloc(64, 704);
    void *c = memalign(256, LEN);
    must(b != NULL && c != NULL, "aligned memory");
    fill(a, LEN);
    fill(b, LEN);
    fill(c, LEN);
    must(
        (uintptr_t)a % 4096 == 0 && (uintptr_t)b % 64 == 0 && (uintptr_t)c % 256 == 0, "alignment");
    c = realloc(c, 50 * LEN);
    must(c != NULL && is_filled(c, LEN), "realloc of aligned memory keeps the bytes");
    free(a);
    free(b);
    free(c);
}

static void
by_big_block(void)
{
    void *p = malloc(1 << 20);
    must(p != NULL, "malloc");
    fill(p, LEN);
    p = realloc(p, 1 << 22);
    must(p != NULL && is_filled(p, LEN), "realloc of a mapped block");
    free(p);
}

/* The C library's own use: a stream's buffer, memory streams, getline. */
static void
by_stream(void)
{
    FILE *file = fopen("/dev/null", "w");
    must(file != NULL, "fopen");
    for (size_t i = 0; i < LEN; i++) {
        must(putc(pattern(i), file) != EOF, "putc");
    }
    must(fclose(file) == 0, "fclose");
    char *data = NULL;
    size_t len = 0;
    file = open_memstream(&data, &len);
    must(file != NULL, "open_memstream");
    for (size_t i = 0; i < 5 * LEN; i++) {
        must(putc(pattern(i % LEN), file) != EOF, "putc");
    }
    must(fclose(file) == 0 && len == 5 * LEN, "memory stream");
    free(data);
}

static void *
free_it(void *p)
{
    free(p);
    void *mine = malloc(LEN); /* from this thread's arena */
    must(mine != NULL, "malloc in a thread");
    fill(mine, LEN);
    free(mine);
    return NULL;
}

static void
by_other_thread(void)
{
    void *p = malloc(LEN);
    must(p != NULL, "malloc");
    fill(p, LEN);
    pthread_t thread;
    must(pthread_create(&thread, NULL, free_it, p) == 0, "thread");
    must(pthread_join(thread, NULL) == 0, "thread's end");
}

int
main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {
        {"malloc", by_malloc},
        {"calloc", by_calloc},
        {"realloc-growing", by_realloc_growing},
        {"realloc-shrinking", by_realloc_shrinking},
        {"realloc-to-nothing", by_realloc_to_nothing},
        {"reallocarray", by_reallocarray},
        {"aligned", by_aligned},
        {"big-block", by_big_block},
        {"stream", by_stream},
        {"other-thread", by_other_thread},
    };
    /* the search itself finds what is there */
    void *there = malloc(LEN);
    must(there != NULL, "malloc");
    fill(there, LEN);
    must(found_on_heap(), "the search");
    explicit_bzero(there, LEN);
    int left = 0;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        key = (uint8_t)(0x5d + i); /* a pattern of its own for each way */
        must(!found_on_heap(), "a clean start");
        ways[i].run();
        if (found_on_heap()) {
            printf("%s\n", ways[i].name);
            left++;
        }
    }
    free(there);
    return left == 0 ? 0 : 1;
}
