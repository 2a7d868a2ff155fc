/* base/version.h - the version of all programs; CHANGELOG.md says what each one brought. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define MADOGUCHI_VERSION "0.1.0"

#endif
