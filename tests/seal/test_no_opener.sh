#!/bin/sh
# The programs at the counter and at the city's edge can't open a record: neither our opener nor
# OpenSSL's decrypting calls are in them. The desk must have them, or this test would see nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
failed=0
openers='seal_opener_new|seal_open|CMS_decrypt[a-z0-9_]*|CMS_RecipientInfo_decrypt|EVP_PKEY_decrypt'
# What each program may not have beside that.
network='curl_easy_init|MHD_start_daemon|socket'
devices='SDL_Init|SDL_InitSubSystem|SCardEstablishContext'

# The undefined and defined function names of a program, without versions.
names() {
    nm "$1" | awk '{print $NF, $(NF-1)}' | sed 's/@[^ ]*//'
}
has() {
    names "$1" | grep -Eq "^($2) [TtUWw]$"
}
must_not_have() {
    if [ ! -x "$build/$1" ]; then
        echo "test_no_opener: FAILED: $build/$1 is missing"
        failed=1
    elif has "$build/$1" "$2"; then
        echo "test_no_opener: FAILED: $1 has $(names "$build/$1" | grep -E "^($2) " | tr '\n' ';')"
        failed=1
    fi
}

for program in kiosk kiosk-sync kiosk-intake; do
    must_not_have $program "$openers"
done
must_not_have kiosk "$network"
must_not_have kiosk-sync "$devices"
must_not_have kiosk-intake "$devices"
must_not_have kiosk-desk "$devices"
# the controls: what the words above would have found
has "$build/kiosk-desk" 'seal_open' || { echo "test_no_opener: FAILED: the desk can't open"; failed=1; }
has "$build/kiosk-desk" 'CMS_decrypt[a-z0-9_]*' ||
    { echo "test_no_opener: FAILED: the desk has no CMS_decrypt"; failed=1; }
has "$build/kiosk" "$devices" || { echo "test_no_opener: FAILED: no device is seen in kiosk"; failed=1; }
has "$build/kiosk-sync" 'curl_easy_init' ||
    { echo "test_no_opener: FAILED: curl is not seen in kiosk-sync"; failed=1; }
exit $failed
