#!/bin/sh
# timeout: 300
# kioskctl check and extract over the real content, over every broken file, and over content that was spoiled in one
# place: each time the place and the reason are told. Needs build/kioskctl and gettext's msgfmt.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
CTL=$BUILD/kioskctl
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bad=0
wrong() { printf '%s\n' "$*"; bad=1; }

if ! "$CTL" check assets >"$WORK/out" 2>&1; then
    wrong "the content has mistakes:"
    cat "$WORK/out"
fi
[ "$(wc -l <"$WORK/out")" = 1 ] || wrong "a clean check says one line"

broken() { # FILE
    name=$(basename "$1" .yaml)
    line=$(head -n 1 "$1")
    expect=${line#\# expect: }
    place=
    case $expect in *' # in: '*) place=${expect##* # in: } expect=${expect%% # in: *} ;; esac
    rm -rf "$WORK/a" && cp -r tests/procedure/assets "$WORK/a"
    case $place in
    '' | same-id) to=$WORK/a/procedures/$name.yaml ;;
    dictionary) to=$WORK/a/dictionary/zz.yaml ;;
    slip) to=$WORK/a/forms/slip.yaml ;;
    forms/*) to=$WORK/a/$place.yaml ;;
    *) to=$WORK/a/city/$place.yaml ;;
    esac
    cp "$1" "$to"
    "$CTL" check "$WORK/a" >"$WORK/out" 2>"$WORK/err"
    code=$?
    [ $code = 1 ] || wrong "$name: exit code $code"
    grep -qF -- "$expect" "$WORK/out" || { wrong "$name: expected '$expect', got:"; cat "$WORK/out"; }
    case $name in # told where it is mended: at the procedure that stands at no door, or at one
    door-forgotten) to=$WORK/a/procedures/survey.yaml ;;
    door-hidden) to=$WORK/a/procedures/of-all.yaml ;;
    esac
    grep -q "^$to:[0-9]*:[0-9]*: " "$WORK/out" || wrong "$name: the file's name is not told"
}
for file in tests/procedure/broken/*.yaml; do
    broken "$file"
done

spoil() { # WHAT FILE SED-PROGRAM EXPECTED: a catalog is looked at alone
    rm -rf "$WORK/a" && cp -r assets "$WORK/a"
    sed -i "$3" "$WORK/a/$2"
    cmp -s "assets/$2" "$WORK/a/$2" && wrong "$1: the sed program changes nothing"
    alone=en
    case $2 in
    *.po) alone=$(basename "$2" .po) ;;
    po/blame.conf) alone=ko ;; # whose list is made short
    esac
    if "$CTL" check --language "$alone" "$WORK/a" >"$WORK/out" 2>"$WORK/err"; then
        wrong "$1: not noticed"
    fi
    grep -qF -- "$4" "$WORK/out" || { wrong "$1: expected '$4', got:"; head -n 5 "$WORK/out"; }
}
P=procedures/move-in.yaml
for language in ja-easy en; do
    content=po/$language.po
    spoil "words missing in $language" $content '/^msgid "引っ越してきたとき（転入届）"/s//msgid "転入"/' \
        "no words in $language for: move-in/title"
    spoil "words of no file in $language" $content '/^msgid "引っ越してきたとき（転入届）"/s//msgid "転入"/' \
        "no content file has these words any more: 転入"
    spoil "words of no place in $language" $content '/^msgid "引っ越してきたとき（転入届）"/s//msgctxt "move-in\/other"\n&/' \
        "no content file has these words any more: move-in/other"
    spoil "words of one place in $language" $content '/^msgid "住民票の写し"/s//msgctxt "move-in\/title"\n&/' \
        "no words in $language for: resident-record/title"
    spoil "a fuzzy entry in $language" $content '/^msgid "引っ越してきたとき（転入届）"/s//#, fuzzy\n&/' \
        "no words in $language for: move-in/title"
    spoil "a broken catalog in $language" $content '$amsgstr without quotes' "this is no line of a catalog"
done
spoil "a quote that is not closed" po/en.po '$amsgid "' "this is no line of a catalog"
spoil "a letter that no escape has" po/en.po '$amsgid "\\x"' "this is no line of a catalog"
spoil "bytes that are no text" po/en.po "\$amsgid \"$(printf '\377')\"" "this is no line of a catalog"
spoil "a service that is over" $P 's/^in-force: .*/in-force: 2026-04-01\nuntil: 2026-05-01/' \
    "move-in.yaml:2:1: in force until 2026-05-01: it is not offered any more; write the new version or take it away"
rm -rf "$WORK/a" && cp -r assets "$WORK/a" # one that still holds, and one that begins later, may lie here
sed -i 's/^in-force: .*/in-force: 2026-04-01\nuntil: 2199-03-31/' "$WORK/a/$P"
sed -i 's/^in-force: .*/in-force: 2199-04-01/' "$WORK/a/procedures/survey.yaml"
"$CTL" check --language ja "$WORK/a" >"$WORK/out" 2>&1 || { wrong "dates that are in order:"; cat "$WORK/out"; }
spoil "changed Japanese" $P 's/^title: .*/title: 引っ越しの届け/' "no words in en for: move-in/title"
for word in 不正 無効 エラー 失敗; do
    spoil "blame: $word" $P "s/^title: .*/title: ${word}です/" "this word blames the visitor"
done
spoil "names: a line that is none" names.tsv 's/^さとう\t/さとう /' ": a reading in hiragana"
spoil "names: a word twice" names.tsv 's/^さとう\t佐藤/& 佐藤/' ": a reading in hiragana"
easy=po/ja-easy.po
spoil "kanji without furigana" $easy '0,/^msgstr "{/s//msgstr "漢{/' "kanji without furigana"
spoil "furigana that is no kana" $easy '0,/^msgstr "{[^|]*|/s//&abc/' "furigana is written"
spoil "a lost place" po/en.po 's/{percent}/n/' "a {place} of the Japanese message is lost"
spoil "a place too many" po/en.po '0,/^msgstr "PIN/s//msgstr "{m} &/;0,/^msgstr "[A-Z]/s//msgstr "{m}T/' \
    "a {place} that the Japanese message does not have"
spoil "another number" po/ne.po '/^msgid "practice.text"/{n;s/4/5/}' "the numbers are not those of the Japanese: practice.text"
spoil "a number too many" po/vi.po 's/Bắt đầu"/Bắt đầu 2"/' "the numbers are not those of the Japanese: explain.start"
spoil "full-width digits count" po/zh-Hans.po '/^msgid "practice.text"/{n;s/4/５/}' "the numbers are not those of the Japanese: practice.text"
spoil "a message that Japanese has not" po/th.po '$amsgid "old.words"\nmsgstr "ก"' \
    "the Japanese catalog has no such message: old.words"
spoil "a head that tells no review" po/es.po '/X-Review/d' 'the head says "X-Review: native"'
spoil "a review by nobody" po/es.po 's/X-Review: none/X-Review: nonesuch/' 'the head says "X-Review: native"'
spoil "another language's head" po/ko.po 's/Language: ko/Language: vi/' "the head names another Language: ko"
"$CTL" check --report assets >"$WORK/out" || wrong "check --report: exit code $?"
[ "$(grep -c ' texts, .* not read by a native yet' "$WORK/out")" = "$(ls assets/po/*.po | wc -l)" ] || wrong "check --report: a line for each language"
grep -q '^ja  .* texts,     0 not read by a native yet .*日本語' "$WORK/out" || wrong "check --report: the source is not read"
texts=$(sed -n 's/^my  *\([0-9]*\) texts, .*/\1/p' "$WORK/out")
grep -q "^my  .* texts, *$texts not read by a native yet .*မြန်မာ" "$WORK/out" || wrong "check --report: what is not read is not told"
sed -n 's/.* texts, *\([0-9]*\) not read .*/\1/p' "$WORK/out" | awk '{ n += $1 } END { print n }' >"$WORK/sum"
grep -q "^$(cat "$WORK/sum") texts in 13 languages are not read by a native yet" "$WORK/out" || wrong "check --report: the sum"
"$CTL" table reviews assets/po "$WORK/reviews.conf" || wrong "table reviews: exit code $?"
cmp "$WORK/reviews.conf" "$BUILD/locale/reviews.conf" || wrong "the staff's pages count other texts"
grep -qx "my.unread = $texts" "$WORK/reviews.conf" || wrong "table reviews: Burmese"
grep -qx "ja.unread = 0" "$WORK/reviews.conf" || wrong "table reviews: Japanese"
spoil "a lost message" po/en.po '0,/^msgid "pin.title"/s//msgid "pin.other"/' "no words in en for: pin.title"
spoil "blame in a translation" po/en.po '0,/^msgstr "[A-Z]/s//msgstr "Invalid PIN. T/' "what to do: invalid"

# A language without words: 20 are named, the rest is counted, --language names all.
rm -rf "$WORK/a" && cp -r assets "$WORK/a"
sed '/^$/q' assets/po/th.po >"$WORK/a/po/th.po"
"$CTL" check "$WORK/a" >"$WORK/out" 2>"$WORK/err"
[ "$(grep -c 'no words in th for' "$WORK/out")" = 20 ] || wrong "a language without words: 20 are named"
more=$(sed -n 's/.*th.po: \([0-9]*\) more texts without words: kioskctl check --language th/\1/p' "$WORK/out")
"$CTL" check --language th "$WORK/a" >"$WORK/out" 2>&1
[ "$(grep -c 'no words in th for' "$WORK/out")" = $((more + 20)) ] || wrong "a language without words: --language names all"
[ "$(cat "$WORK/err")" = "$((more + 20)) to mend" ] || wrong "a language without words: the sum"

# Each word of each list is found where a translator might write it: with a capital, in a sentence.
plant() { # LANGUAGE TEXT: says it on the button that finishes
    awk -v text="$2" '/^msgid "bar.finish"/ { print; getline; print "msgstr \"" text "\""; next } { print }' \
        "assets/po/$1.po" >"$WORK/a/po/$1.po"
    "$CTL" check --language "$1" "$WORK/a" 2>/dev/null
    cp "assets/po/$1.po" "$WORK/a/po/$1.po"
}
rm -rf "$WORK/a" && cp -r assets "$WORK/a"
plant_all() { # LANGUAGE: each word of its list, which is read from stdin, says another message
    awk 'NR == FNR { word[++count] = $0; next }
        /^msgid "/ && !/^msgid ""/ { id = 1; print; next }
        id && /^msgstr "[^"]/ && at < count { print "msgstr \"― " word[++at] ".\""; id = 0; next }
        { id = 0; print }' - "assets/po/$1.po" >"$WORK/a/po/$1.po"
    "$CTL" check --language "$1" "$WORK/a" >"$WORK/found" 2>/dev/null
    cp "assets/po/$1.po" "$WORK/a/po/$1.po"
}
rm -f "$WORK/planted"
sed -n 's/^\([a-z][A-Za-z-]*\) = /\1,/p' assets/po/blame.conf | while IFS=, read -r language list; do
    echo "$language" >>"$WORK/planted"
    echo "$list" | tr ',' '\n' | sed 's/^ *//' >"$WORK/list"
    plant_all "$language" <"$WORK/list"
    while read -r word; do
        awk -v end="what to do: $word" 'substr($0, length($0) - length(end) + 1) == end { n++ } END { exit !n }' "$WORK/found" || echo "blame in $language: $word is not found"
    done <"$WORK/list"
done >"$WORK/blame"
[ ! -s "$WORK/blame" ] || { cat "$WORK/blame"; wrong "blame: words are not found"; }
[ "$(sort -u "$WORK/planted" | wc -l)" = "$(find assets/po -name '*.po' | wc -l)" ] || wrong "blame: a language has no list"
plant en "INVALID" | grep -qF "what to do: invalid" || wrong "blame: capitals"
plant pt-BR "INVÁLIDO" | grep -qF "what to do: inválido" || wrong "blame: capitals with accents"
plant vi "Lỗi" | grep -qF "what to do: lỗi" || wrong "blame: Vietnamese capitals"
plant vi "エラー" | grep -qF "what to do: エラー" || wrong "blame: Japanese in a translation"
for whole in "en terrors" "en invalidité" "vi sain" "fil malinaw" "es fallos"; do
    plant "${whole%% *}" "${whole#* }" | grep -F "what to do" && wrong "blame: $whole is another word"
done
spoil "a short list of blame" po/blame.conf 's/^ko = .*/ko = 오류, 실패/' "too few words of this language: ko"
spoil "no lists of blame" po/blame.conf 's/^/x/;1s/.*/nothing/' "the lists of words that blame can't be read"

# Recorded sentences: what is listed can be played and is said by some page.
tone() { # FILE CHANNELS HZ BYTES-A-SAMPLE
    python3 -c 'import sys, wave
w = wave.open(sys.argv[1], "wb")
w.setparams((int(sys.argv[2]), int(sys.argv[4]), int(sys.argv[3]), 0, "NONE", ""))
w.writeframes(bytes(8000))' "$@"
}
clips() { # LINES...: the list of recorded Filipino, beside three sounds
    rm -rf "$WORK/a" && cp -r assets "$WORK/a" && mkdir -p "$WORK/a/sound/fil" "$WORK/a/sound/ja"
    list=$WORK/a/sound/fil/clips
    tone "$WORK/a/sound/fil/good.wav" 1 24000 2
    tone "$WORK/a/sound/fil/eight-bit.wav" 1 24000 1
    tone "$WORK/a/sound/ja/good.wav" 2 48000 2
    echo "no sound" >"$WORK/a/sound/fil/text.wav"
    printf '%s\n' "$@" >"$list"
}
said=$(sed -n '/^msgid "home.title"/{n;s/^msgstr "\(.*\)"/\1/p}' assets/po/fil.po | sed 's/\\n/ /g')
clips "# a note" "" "good.wav $said" "good.wav ${said%[.?]}"
printf '%s\n' "good.wav きょうは、どんなご用ですか。" "good.wav 住民票の写し" >"$WORK/a/sound/ja/clips"
"$CTL" check "$WORK/a" >"$WORK/out" 2>&1 || { wrong "good recordings are not taken:"; cat "$WORK/out"; }
refused() { # LINE EXPECTED: it stands third
    clips "# a note" "" "$1"
    "$CTL" check --language fil "$WORK/a" >"$WORK/out" 2>"$WORK/err" && wrong "recordings: not noticed: $1"
    grep -qF -- "$list:3:1: $2" "$WORK/out" || { wrong "recordings: expected '$2', got:"; cat "$WORK/out"; }
}
refused "none.wav $said" "there is no such file beside the list: none.wav"
refused "text.wav $said" "this is no WAVE file of 16 bit, one or two channels, 8 to 96 kHz: text.wav"
refused "eight-bit.wav $said" "this is no WAVE file of 16 bit, one or two channels, 8 to 96 kHz: eight-bit.wav"
refused "good.wav" "a line is FILE.wav and the sentence: good.wav"
refused "../fil/good.wav $said" "the file lies beside the list: a name without a folder: ../fil/good.wav"
refused "good.wav Walang pahina na ganito." "no page says this sentence: Walang pahina na ganito."
refused "good.wav ${said% *}" "no page says this sentence: ${said% *}"
refused "good.wav $(printf '%901s' "" | tr ' ' a)" "a sentence is 900 bytes at most: good.wav"
clips "good.wav $said"
mv "$WORK/a/sound/fil" "$WORK/a/sound/xx"
"$CTL" check "$WORK/a" >"$WORK/out" 2>&1 && wrong "recordings of no language: not noticed"
grep -qF "$WORK/a/sound/xx/clips:1:1: there is no catalog of this language: xx" "$WORK/out" || wrong "recordings of no language"
clips "good.wav $(printf '\377')"
"$CTL" check "$WORK/a" >"$WORK/out" 2>&1 && wrong "a list of other bytes: not noticed"
grep -qF "$list:0:1: the list is no text in UTF-8" "$WORK/out" || wrong "a list of other bytes"

"$CTL" extract assets >"$WORK/content.pot" || wrong "extract: exit code $?"
msgfmt --check-format -o /dev/null "$WORK/content.pot" || wrong "extract: msgfmt does not take the template"
grep -q '^#: assets/procedures/move-in.yaml:[0-9]' "$WORK/content.pot" || wrong "extract: no places"
grep -q '^#. resident-record/purpose/choice/car$' "$WORK/content.pot" || wrong "extract: no places for translators"
grep '^msgctxt' "$WORK/content.pot" | grep -v '"unit"' && wrong "extract: contexts"
msguniq --repeated "$WORK/content.pot" | grep -q '^msgid' && wrong "extract: a text stands twice"
# One place may have words of its own, beside those for all places.
rm -rf "$WORK/a" && cp -r assets "$WORK/a"
printf '\nmsgctxt "move-in/title"\nmsgid "引っ越してきたとき（転入届）"\nmsgstr "Moving into town"\n' >>"$WORK/a/po/en.po"
"$CTL" check "$WORK/a" >"$WORK/out" 2>&1 || { wrong "check: words of one place are not taken:"; cat "$WORK/out"; }
# The clerk's first procedure in assets/README.md is as good as its words: only translations lack. The recipe there
# brings its texts into the catalogs, loses nothing, and does nothing the second time.
rm -rf "$WORK/a" && cp -r assets "$WORK/a"
"$CTL" new procedure dog-registration certificates "$WORK/a" >"$WORK/out" || wrong "new: exit code $?"
awk '/^procedure: dog-registration/ { on = 1 } /^```$/ { on = 0 } on' assets/README.md \
    >"$WORK/a/procedures/dog-registration.yaml"
[ -s "$WORK/a/procedures/dog-registration.yaml" ] || wrong "assets/README.md: no first procedure"
"$CTL" check "$WORK/a" >"$WORK/out" 2>"$WORK/err"
grep -v ': no words in [a-zA-Z-]* for: dog-registration/' "$WORK/out" && wrong "assets/README.md: its example has mistakes"
grep -q 'no words in en for: dog-registration/title' "$WORK/out" || wrong "check: new texts are not missed"
words() { make --no-print-directory -s words ASSETS="$WORK/a" BUILD="$BUILD" >"$WORK/out" 2>&1 || { wrong "make words:"; cat "$WORK/out"; }; }
before=$(msgfmt --statistics -o /dev/null assets/po/en.po 2>&1)
words
after=$(msgfmt --statistics -o /dev/null "$WORK/a/po/en.po" 2>&1)
case $after in "${before%.}"*untranslated*) ;; *) wrong "make words: '$before' became '$after'" ;; esac
grep -q '^# not read yet' "$WORK/a/po/en.po" && wrong "make words: notes where nobody has read anything"
cp -r "$WORK/a/po" "$WORK/once"
words
diff -r "$WORK/once" "$WORK/a/po" || wrong "make words: twice is not once"

# Where a native reader went over a catalog, what is new since then is noted, and counted until the note is taken away.
cp assets/po/en.po "$WORK/a/po/en.po"
sed -i 's/X-Review: none/X-Review: native/' "$WORK/a/po/en.po"
"$CTL" check --report --language en "$WORK/a" 2>"$WORK/err" | grep -q '^en  .* texts,     0 not read' || wrong "check --report: a catalog that was read"
words
grep -A1 '^# not read yet' "$WORK/a/po/en.po" | grep -q 'msgid "犬の登録"' || wrong "make words: new texts are not noted"
sed -i '/^msgid "犬の登録"/{n;s/.*/msgstr "Dogs"/}' "$WORK/a/po/en.po"
"$CTL" check --report --language en "$WORK/a" 2>"$WORK/err" | grep -q '^en  .* texts,     1 not read' || wrong "check --report: a new text is not counted"

"$CTL" extract tests/procedure/broken >"$WORK/out" 2>&1 && wrong "extract: a folder without procedures"
"$CTL" check "$WORK/nothing" >"$WORK/out" 2>&1
[ $? = 1 ] || wrong "check: a folder that is not there"
"$CTL" check a b >"$WORK/out" 2>&1
[ $? = 2 ] || wrong "check: two folders are wrong use"
exit $bad
