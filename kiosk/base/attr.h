/* base/attr.h - the only compiler extensions this project uses, each under one name.
 * C17 has no attributes; GCC and Clang agree on these. No other file writes __attribute__. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_CLEANUP(fn) __attribute__((cleanup(fn)))
#define ATTR_NORETURN __attribute__((noreturn))
#define ATTR_WARN_UNUSED __attribute__((warn_unused_result))
#define ATTR_UNUSED __attribute__((unused))
#define ATTR_NOINLINE __attribute__((noinline))
/* For what tests do a hundred thousand times beside the code under test. */
#define ATTR_NO_SANITIZE __attribute__((no_sanitize("address", "undefined")))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
