#!/bin/sh
# timeout: 300
# What kioskctl check asks of translations beyond being there: forms for numbers, plain sentences in easy Japanese, the
# glossary's words. Each rule is broken once in a copy of the catalogs. Needs build/kioskctl.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
CTL=$BUILD/kioskctl
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bad=0
wrong() { printf '%s\n' "$*"; bad=1; }
cp -r assets "$WORK/a"
P=procedures/move-in.yaml
easy=po/ja-easy.po

spoil() { # WHAT FILE SED-PROGRAM EXPECTED: looks at the catalog of the file's language
    language=$(basename "$2" .po)
    case $2 in *terms/*) language=$(basename "$2" .conf) ;; *.po) ;; *) language=ja-easy ;; esac
    sed -i "$3" "$WORK/a/$2"
    cmp -s "assets/$2" "$WORK/a/$2" && wrong "$1: the sed program changes nothing"
    if "$CTL" check --language "$language" "$WORK/a" >"$WORK/out" 2>"$WORK/err"; then
        wrong "$1: not noticed"
    fi
    grep -qF -- "$4" "$WORK/out" || { wrong "$1: expected '$4', got:"; head -n 5 "$WORK/out"; }
    cp "assets/$2" "$WORK/a/$2"
}
spoil "a number without forms" po/en.po '/^msgid_plural "pin.tries"/d;s/^msgstr.0. "{n} try left"/msgstr "{n} tries left"/;/^msgstr.1. "{n} tries left"/d' \
    "it takes a msgid_plural and a msgstr[0], ...: pin.tries"
spoil "forms without a number" po/vi.po 's/^msgid "bar.help"/&\nmsgid_plural "bar.help"/;/^msgid_plural "bar.help"/,/^$/s/^msgstr /msgstr[0] /' \
    "the Japanese has no msgid_plural here: bar.help"
spoil "a unit without forms" po/en.po '/^msgid_plural "枚"/d;s/^msgstr.0. " copy"/msgstr " copy"/;/^msgstr.1. " copies"/d' \
    "it takes a msgid_plural and a msgstr[0], ...: "
spoil "a form too few" po/es.po '/^msgstr.1. "Le quedan {n} intentos"/d' "another number of forms (nplurals): pin.tries"
spoil "a form that loses its number" po/pt-BR.po 's/^msgstr.1. "Restam {n} tent/msgstr[1] "Restam tent/' \
    "a {place} of the Japanese message is lost: pin.tries"
spoil "an uncounted {n}" po/ja.po 's/{percent}/{n}/' "{n} counts something and goes with a msgid_plural"

easy() { # WHAT TEXT EXPECTED: on the button that finishes
    spoil "easy: $1" $easy '/^msgid "bar.finish"/{n;s/.*/msgstr "'"$2"'"/}' "$3"
}
easy "two thoughts" "いま {開|あ}いていますが、あしたは {休|やす}みです。" "two thoughts in one sentence: make it two sentences: いまあいていますが、あしたはやすみです"
easy "no and no" "{番号|ばんごう}が なければ、うけつけが できません。" "no and no again"
easy "passive" "かぞくに {渡|わた}されます。" "this form of the verb is hard"
easy "an era alone" "{令和|れいわ}8{年|ねん}からです。" "an era's year needs the western year"
easy "a long sentence" "あした、かぞくと いっしょに、しやくしょの いりぐちに ある おおきな まどぐちに きてください。" "more than 30 morae"
easy "no spaces" "いりぐちにあるおおきなまどぐちです。" "put spaces between phrases"
easy "the second sentence" "おわりです。いま いますが、あした いません。" "two sentences: いまいますが、あしたいません"
sed -i 's/^about: .*/about: 令和8年（2026年）から受け付けます。/' "$WORK/a/$P"
printf '\nmsgid "%s"\nmsgstr "%s"\n' "令和8年（2026年）から受け付けます。" \
    "{令和|れいわ}8{年|ねん}（2026{年|ねん}）からです。（いま いますが、いません。なければできません。）「しまわれます」を {押|お}して ください。" >>"$WORK/a/$easy"
"$CTL" check --language ja-easy "$WORK/a" >"$WORK/out" 2>&1
grep -v 'no content file has these words any more' "$WORK/out" | grep "$easy" && wrong "easy: good sentences are not taken"
grep -q 'no content file' "$WORK/out" || wrong "easy: the good sentences were not looked at"
cp "assets/$P" "$WORK/a/$P"
cp "assets/$easy" "$WORK/a/$easy"
spoil "no rules of easy Japanese" po/easy.conf '/^eras/d' "the rules of easy Japanese can't be read"
spoil "another word for a term" po/en.po 's/^msgstr "Fee"/msgstr "Price"/' "the glossary has other words for a term: 手数料 = fee"
spoil "another word for a term, in Burmese" po/my.po 's/^msgstr "ဝန်ဆောင်ခ"/msgstr "ငွေ"/' "the glossary has other words for a term: 手数料 = ဝန်ဆောင်ခ"
spoil "a term in Thai alone" po/terms/th.conf '$aお弁当 = อาหาร' "a term stands in one of the glossaries of English and this language alone: お弁当"
spoil "a term without words" po/terms/th.conf 's/^手数料 = .*/手数料 =/' "a term stands in one of the glossaries of English and this language alone: 手数料"
spoil "no glossary" po/terms/ko.conf '1i no setting' "there is no glossary terms/ of this language: ko"
spoil "no English glossary" po/terms/en.conf '1i no setting' "the English glossary can't be read"
sed -i 's/^msgstr "Fee"/msgstr "手数料"/' "$WORK/a/po/en.po"
sed -i '$a手 = hand' "$WORK/a/po/terms/en.conf" # inside 手数料, so no hand is wanted there
for list in "$WORK"/a/po/terms/*.conf; do case $list in */en.conf) ;; *) echo "手 = 手" >>"$list" ;; esac; done
"$CTL" check --language en "$WORK/a" >"$WORK/out" 2>&1
line=$(grep -n '^msgid "手数料"' "$WORK/a/po/en.po" | cut -d: -f1)
grep "en.po:$line:" "$WORK/out" && wrong "terms: the term itself is not taken, or one inside it counts"
grep -q '手 = hand' "$WORK/out" || wrong "terms: a short term elsewhere does not count"
sed -i 's/^msgstr .*/&x/' "$WORK/a/po/ko.po"
"$CTL" check --language ja-easy "$WORK/a" >"$WORK/out" 2>&1 || { wrong "check --language: looks at others:"; cat "$WORK/out"; }
grep -q ' 1 languages: all is well' "$WORK/out" || wrong "check --language: looks at more than one"
"$CTL" check --language >"$WORK/out" 2>&1
[ $? = 2 ] || wrong "check --language: without a language is wrong use"
exit $bad
