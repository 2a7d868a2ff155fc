#!/bin/sh
# packaging/setup with a pretended dpkg and apt-get: what it asks for, and that it asks for nothing when all
# is there. (tests/packaging/README.md tells how to try it on a bare Debian.)
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
fail() {
    echo "FAILED: $*"
    cat "$WORK/out" "$WORK/asked"
    exit 1
}
mkdir "$WORK/bin"
for tool in sh awk grep sed printf dirname basename cat env mktemp mkdir chmod rm cp; do
    ln -s "$(command -v $tool)" "$WORK/bin/$tool"
done
pretend() { # NAME LINE...: a program of ours in front of the real one
    name=$1
    shift
    printf '%s\n' '#!/bin/sh' "$@" >"$WORK/bin/$name"
    chmod +x "$WORK/bin/$name"
}
# MISSING: the packages that this pretended machine lacks; the last arguments are package names
pretend dpkg-query 'for p in "$@"; do case $p in -*) ;; *) case " $MISSING " in *" $p "*) ;; *) echo "installed $p" ;; esac ;; esac; done' \
    '[ -z "$MISSING" ]'
pretend apt-get 'echo "apt-get $*" >>"$ASKED"; [ "${APT_FAILS:-}" != yes ]'
pretend sudo 'echo "sudo" >>"$ASKED"; exec "$@"'
pretend id 'echo "$USER_ID"'
export ASKED="$WORK/asked" MISSING="" USER_ID=0
: >"$ASKED"
setup() { # ARGUMENT...: with only the pretended programs to find
    : >"$ASKED"
    PATH="$WORK/bin" "$WORK/bin/sh" "$TOP/packaging/setup" "$@" >"$WORK/out" 2>&1
}
asked() { grep -q -- "$1" "$ASKED"; }

pretend node :
pretend npm :
setup build run test || fail "nothing missing, but exit $?"
[ ! -s "$ASKED" ] || fail "nothing missing, but it asked apt-get"
MISSING="nodejs npm"
setup build run test || fail "node and npm are there from elsewhere, but exit $?"
[ ! -s "$ASKED" ] || fail "it mixes Debian's nodejs with another one"
rm "$WORK/bin/npm"
setup build run test || fail "exit $?"
asked 'install .* nodejs npm$' || fail "it does not install the missing nodejs and npm"
MISSING="gcc libicu-dev xvfb"
setup build run || fail "exit $?"
asked '^apt-get .*update' || fail "no update before an install"
asked 'install --no-install-recommends gcc libicu-dev$' || fail "it asks for more or less than what build and run lack"
asked sudo && fail "root needs no sudo"
setup build run test || fail "exit $?"
asked ' gcc libicu-dev xvfb' || fail "it forgets what the tests lack"
USER_ID=1000
setup || fail "exit $?"
asked sudo || fail "no sudo for a plain user"
rm "$WORK/bin/sudo"
setup && fail "a plain user without sudo can't install, but exit 0"
grep -q 'apt-get install .*gcc libicu-dev' "$WORK/out" || fail "it does not say what root should type"
USER_ID=0
APT_FAILS=yes setup && fail "apt-get failed, but exit 0"
setup bulid 2>/dev/null && fail "it accepts a use that does not exist"

# contrib: only for what is run, from the machine's own sources with another component, which stay as they are
voice=$(awk '$1 == "run-contrib" { print $2 }' "$TOP/packaging/packages.txt")
[ -n "$voice" ] || fail "no voice is listed"
USER_ID=0 MISSING=$voice
export APT_SOURCES="$WORK/etc"
mkdir -p "$APT_SOURCES/sources.list.d"
printf 'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\n' >"$APT_SOURCES/sources.list.d/debian.sources"
echo 'deb [trusted=yes] http://mirror.example/debian bookworm main' >"$APT_SOURCES/sources.list"
cat "$APT_SOURCES"/sources.list "$APT_SOURCES"/sources.list.d/* >"$WORK/sources-before"
# what apt was given to read, while it is there
pretend apt-get 'echo "apt-get $*" >>"$ASKED"' \
    'for a in "$@"; do case $a in Dir::Etc::sourceparts=*) cat "${a#*=}"/* >"$ASKED.sources" ;; esac; done' '[ "${APT_FAILS:-}" != yes ]'
setup build || fail "exit $?"
[ ! -s "$ASKED" ] || fail "a build asks for the voice"
setup run || fail "exit $?"
asked "install --no-install-recommends $voice\$" || fail "the voice is not asked for"
grep -q '^Components: contrib$' "$ASKED.sources" && grep -q '^deb .*mirror.example/debian bookworm contrib$' "$ASKED.sources" ||
    fail "apt does not read contrib"
cat "$APT_SOURCES"/sources.list "$APT_SOURCES"/sources.list.d/* | cmp -s - "$WORK/sources-before" || fail "the machine's sources were changed"
APT_FAILS=yes setup run || fail "without the voice the terminal runs too, but exit $?"
grep -q 'will not be read aloud' "$WORK/out" || fail "it does not say that Japanese stays silent"

# the list itself: known uses, no package twice
awk '/^#/ || !NF { next } NF != 2 || $1 !~ /^(build|run|test|run-contrib)$/ || seen[$2]++ { print FILENAME ": " $0; bad = 1 } END { exit bad }' \
    "$TOP/packaging/packages.txt" >"$WORK/out" || fail "packages.txt"
exit 0
