/* tests/app/unwiped.c - takes every wipe out of the terminal (linked with --wrap=explicit_bzero and
 * without base/wipe_free.c): the mutant that tests/app/test_wipe.sh must catch. The second name is
 * what glibc's fortified headers make of the first. */
#include <stddef.h>

void __wrap_explicit_bzero(void *memory, size_t len);
void __wrap___explicit_bzero_chk(void *memory, size_t len, size_t size);

void
__wrap_explicit_bzero(void *memory, size_t len)
{
    (void)memory;
    (void)len;
}

void
__wrap___explicit_bzero_chk(void *memory, size_t len, size_t size)
{
    (void)memory;
    (void)len;
    (void)size;
}
