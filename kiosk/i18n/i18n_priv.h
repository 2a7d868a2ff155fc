/* i18n/i18n_priv.h - what the files of this room share. */
#ifndef I18N_I18N_PRIV_H
#define I18N_I18N_PRIV_H

#include "i18n.h"

enum { I18N_LANGUAGES_MAX = 24, I18N_FORMATTED_MAX = 4096, I18N_FOLD_MAX = 64 * 1024 };

struct i18n {
    struct i18n_language languages[I18N_LANGUAGES_MAX];
    size_t count;
    size_t current;
};

/* Fills {name} places of a message from count pairs. {漢字|かんじ} stays as it is. */
struct i18n_place {
    const char *name;
    const char *value;
};
int i18n_fill(struct buf *out, const char *message, const struct i18n_place *places, size_t count);

#endif
