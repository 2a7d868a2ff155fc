/* fuzz/driver/driver.c - runs one fuzz target without libFuzzer, the same way every time: each file of
 * the corpus folders, every truncation of the small ones, then seeded mutations of them. The tests link it
 * (gcc, ASan, UBSan); `make fuzz` leaves it out and links clang's libFuzzer.
 *
 * use: TARGET [--mutations N] [--seed N] FOLDER... ; no corpus file at all is a failure. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_MAX = 1024, INPUT_MAX = 256 * 1024, TRUNCATE_MAX = 2048, GROW_MAX = 64 };
enum { MUTATIONS_DEFAULT = 2000, SEED_DEFAULT = 20261122 };

struct input {
    uint8_t *data;
    size_t len;
};

struct corpus {
    struct input inputs[INPUTS_MAX];
    size_t count;
};

/* splitmix64 (Steele, Lea, Flood 2014): small, and the same on every machine. */
static uint64_t
next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t
below(uint64_t *state, size_t bound)
{
    return bound == 0 ? 0 : (size_t)(next(state) % bound);
}

static void
die(const char *what, const char *name)
{
    fprintf(stderr, "fuzz driver: %s: %s\n", what, name);
    exit(2);
}

static void
load_file(struct corpus *corpus, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die("can't read", path);
    }
    uint8_t *data = malloc(INPUT_MAX);
    if (data == NULL || corpus->count == INPUTS_MAX) {
        die("too much", path);
    }
    size_t len = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    corpus->inputs[corpus->count++] = (struct input){data, len};
}

static int
visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Sorted, so that mutations do not depend on the file system's order. */
static void
load_folder(struct corpus *corpus, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, visible, alphasort);
    if (count < 0) {
        die("can't read", folder);
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) >=
            (int)sizeof(path)) {
            die("path too long", folder);
        }
        load_file(corpus, path);
        free(entries[i]);
    }
    free(entries);
}

/* A copy of exactly the right size, so that ASan sees a read one byte past the end. */
static void
run_one(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    if (copy == NULL) {
        die("no memory", "copy");
    }
    if (len > 0) {
        memcpy(copy, data, len);
    }
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

/* One change in place; work has room for GROW_MAX bytes more than the longest input. */
static size_t
change(uint64_t *chance, const struct corpus *corpus, uint8_t *work, size_t len)
{
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0x81, 0x82, 0xff, '"', '\n', '{', '/', ' '};
    size_t at = below(chance, len);
    switch (next(chance) % 7) {
    case 0: /* flip one bit */
        if (len > 0) {
            work[at] ^= (uint8_t)(1u << below(chance, 8));
        }
        return len;
    case 1: /* an awkward value */
        if (len > 0) {
            work[at] = edges[below(chance, sizeof(edges))];
        }
        return len;
    case 2: /* cut */
        return at;
    case 3: { /* leave a piece out */
        size_t gone = below(chance, len - at + 1);
        memmove(work + at, work + at + gone, len - at - gone);
        return len - gone;
    }
    case 4: { /* put chance bytes in */
        size_t more = below(chance, GROW_MAX);
        if (len + more > INPUT_MAX) {
            return len;
        }
        memmove(work + at + more, work + at, len - at);
        for (size_t i = 0; i < more; i++) {
            work[at + i] = (uint8_t)next(chance);
        }
        return len + more;
    }
    case 5: { /* a piece of another input over this one */
        const struct input *other = &corpus->inputs[below(chance, corpus->count)];
        size_t from = below(chance, other->len);
        size_t room = len - at, piece = below(chance, other->len - from + 1);
        memcpy(work + at, other->data + from, piece < room ? piece : room);
        return len;
    }
    default: { /* say a piece twice */
        size_t piece = below(chance, len - at < GROW_MAX ? len - at + 1 : GROW_MAX);
        if (len + piece > INPUT_MAX) {
            return len;
        }
        memmove(work + at + piece, work + at, len - at);
        return len + piece;
    }
    }
}

static void
run_mutations(const struct corpus *corpus, size_t mutations, uint64_t seed)
{
    uint8_t *work = malloc(INPUT_MAX + GROW_MAX);
    if (work == NULL) {
        die("no memory", "mutations");
    }
    for (size_t i = 0; i < mutations; i++) {
        const struct input *input = &corpus->inputs[below(&seed, corpus->count)];
        size_t len = input->len;
        memcpy(work, input->data, len);
        for (size_t steps = 1 + below(&seed, 6); steps > 0; steps--) {
            len = change(&seed, corpus, work, len);
        }
        run_one(work, len);
    }
    free(work);
}

int
main(int argc, char **argv)
{
    static struct corpus corpus;
    size_t mutations = MUTATIONS_DEFAULT;
    uint64_t seed = SEED_DEFAULT;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
            mutations = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 10);
        } else {
            load_folder(&corpus, argv[i]);
        }
    }
    if (corpus.count == 0) {
        die("no corpus for", argv[0]);
    }
    run_one(NULL, 0);
    for (size_t i = 0; i < corpus.count; i++) {
        const struct input *input = &corpus.inputs[i];
        run_one(input->data, input->len);
        for (size_t len = 0; len < input->len && input->len <= TRUNCATE_MAX; len++) {
            run_one(input->data, len);
        }
    }
    run_mutations(&corpus, mutations, seed);
    printf("%zu inputs, %zu mutations\n", corpus.count, mutations);
    for (size_t i = 0; i < corpus.count; i++) {
        free(corpus.inputs[i].data);
    }
    return 0;
}
