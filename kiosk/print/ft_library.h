/* print/ft_library.h - what FreeType's headers need of C's library, and no more (FT_CONFIG_STANDARD_LIBRARY_H): its own
 * list names functions that are banned here. */
#ifndef PRINT_FT_LIBRARY_H
#define PRINT_FT_LIBRARY_H

#include <limits.h>
#include <stddef.h>

#define ft_ptrdiff_t ptrdiff_t
#define FT_CHAR_BIT CHAR_BIT
#define FT_USHORT_MAX USHRT_MAX
#define FT_INT_MAX INT_MAX
#define FT_INT_MIN INT_MIN
#define FT_UINT_MAX UINT_MAX
#define FT_LONG_MIN LONG_MIN
#define FT_LONG_MAX LONG_MAX
#define FT_ULONG_MAX ULONG_MAX

#endif
