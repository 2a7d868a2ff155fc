#!/bin/sh
# Nobody includes upward, sideways, or a library that another file hides.
. "$(dirname "$0")/env.sh"

python3 "$TOOLS/check-layers" "$TOP" || bad=1

# each rule must notice its own fault
plant() { # FILE LINE WHAT
    rm -rf "$WORK/tree"
    mkdir -p "$WORK/tree"
    cp -r kiosk "$WORK/tree/"
    printf '%s\n' "$2" >>"$WORK/tree/kiosk/$1"
    must_find "$3" python3 "$TOOLS/check-layers" "$WORK/tree"
}
plant card/card.c '#include "ui/ui.h"' 'a sideways include'
plant base/buf.c '#include "record/record.h"' 'an upward include'
plant card/card.c '#  include "store/store.h"' 'a lower room that the table does not name'
plant app/shell.c '#include "card/card_priv.h"' "another room's private header"
plant ui/draw.c '#include <SDL.h>' 'SDL outside its two files'
plant ui/draw.c '#include <SDL2/SDL_image.h>' 'SDL_image outside its two files'
plant card/reader.c '#include <winscard.h>' 'winscard.h outside pcsc.c'
plant ledger/ledger.c '#include <libpq-fe.h>' 'libpq in a second file'
plant record/record.c '#include <sqlite3.h>' 'sqlite3.h outside store and ledger'
plant sync/sync.c '#include <curl/curl.h>' 'curl.h in a second file'
plant app/visit.c '#include <openssl/evp.h>' 'openssl outside seal'
plant LAYERS 'base2 1 ui' 'a table that allows upward includes'
exit $bad
