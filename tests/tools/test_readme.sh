#!/bin/sh
# What the documents tell a reader to type or open is there.
. "$(dirname "$0")/env.sh"

targets() { # README: every "make X" in it
    grep -oE '(^|`)make [a-z]+' "$1" | sed 's/.*make //' | sort -u
}
has_target() { # NAME
    make -n -q "$1" >/dev/null 2>&1 || [ $? -eq 1 ]
}
for target in $(targets README.md); do
    has_target "$target" || wrong "README.md: make $target is no target"
done
must_find 'a target that does not exist' has_target no-such-target

# README opens with the two commands, before any other sentence
head -n 6 README.md | grep -q '^make run' || wrong "README.md does not open with make run"
head -n 6 README.md | grep -q '^make test' || wrong "README.md does not open with make test"
grep -q '^exec make test$' .ci/run || wrong ".ci/run does not call exactly what README says"

# paths in backquotes; a name with an ending or a folder is looked for where the document lies and in the root
paths() { # DOCUMENT
    grep -oE '`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.+-]+)*/?`' "$1" | tr -d '`' |
        grep -E '^(assets|fonts|kiosk|tests|packaging|\.ci)/|^(README|CHANGELOG|LICENSE|LAYERS)' |
        grep -vE 'NAME|CODE|ROOM|PROCEDURE|/$' | sort -u
}
there() { # DOCUMENT PATH
    [ -e "$2" ] || [ -e "$(dirname "$1")/$2" ]
}
documents=$(git ls-files -co --exclude-standard '*.md' | grep -v '^CHANGELOG')
for document in $documents; do
    for path in $(paths "$document"); do
        there "$document" "$path" || wrong "$document: $path is not there"
    done
done
must_find 'a path that does not exist' there README.md kiosk/no-such-file.md

# programs and commands that README shows
for word in $(grep -oE 'build/[a-z-]+' README.md | sort -u); do
    [ -x "$BUILD/${word#build/}" ] || wrong "README.md: $word is not built"
done
grep -oE 'build/kioskctl [a-z]+' README.md | awk '{ print $2 }' | sort -u | while read -r command; do
    "$BUILD/kioskctl" help | grep -q "^  $command " || echo "README.md: kioskctl $command does not exist"
done >"$WORK/commands"
[ ! -s "$WORK/commands" ] || wrong "$(cat "$WORK/commands")"

# each room and each folder of tests says what it is
for room in $(sed -n 's/^\([a-z]*\) .*/\1/p' kiosk/LAYERS); do
    [ "$room" = program ] || [ -f "kiosk/$room/README.md" ] || wrong "kiosk/$room/README.md is missing"
done
for document in README.md CHANGELOG.md LICENSE kiosk/README.md assets/README.md tests/README.md packaging/README.md packaging/THIRD-PARTY.md; do
    [ -s "$document" ] || wrong "$document is missing"
done
grep -q '^## \[Unreleased\]' CHANGELOG.md || wrong "CHANGELOG.md has no [Unreleased]"
grep -q 'Apache License' LICENSE || wrong "LICENSE is not the Apache License"
# every library that a program links is in the list of third parties
for library in $(sed -n 's/^PKG_[a-z]* := //p' Makefile); do
    case $library in
    sdl2) word='SDL 2' ;; SDL2_ttf) word=SDL_ttf ;; SDL2_image) word=SDL_image ;; icu-*) word=ICU ;;
    yaml-0.1) word=LibYAML ;; libcrypto) word=OpenSSL ;; libpcsclite) word='PC/SC' ;; sqlite3) word=SQLite ;;
    libcjson) word=cJSON ;; cairo-*) word=Cairo ;; freetype2) word=FreeType ;; *) word=$library ;;
    esac
    grep -qi -- "$word" packaging/THIRD-PARTY.md || wrong "packaging/THIRD-PARTY.md lacks $library"
done
exit $bad
