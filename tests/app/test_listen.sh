#!/bin/sh
# timeout: 240
# waits
# For the ear alone: answers that sound alike are told apart, the trial of keys names what was pressed, every page has
# its title and its acts said in each of the 14 languages.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
keep_conf

# ---- which word, which form ----
settings "speech = list"
words() { # LANGUAGE HOW
    cat >"$WORK/a.play" <<END
language $1
start move-in
tap next
wait screen card 3
tap no-card
$2
tap mode:hiragana
tap key:さ
tap key:い
tap key:と
tap key:う
tap key:convert
wait text "斎藤" 5
utterances words.json
key down
key down
key down
key down
key down
key right
tap word:0
tap key:forms
utterances forms.json
tap form-of:0
utterances form.json
heard heard.json
END
    play "$WORK/a.play"
}
words ja "tap speak"
for list in words forms form; do # no two sound alike, whatever is written
    sed -n 's/.*"id": "\(word\|form\|form-of\):[0-9u].*"text": "\([^"]*\)".*/\2/p' "$WORK/$list.json" >"$WORK/said"
    [ "$(wc -l <"$WORK/said")" -ge 2 ] || fail "$list: nothing is said"
    [ -z "$(sort "$WORK/said" | uniq -d)" ] || fail "$list: two sound alike"
done
[ "$(sed -n 's/.*\([0-9][0-9]*\)番目.*/\1/p' "$WORK/words.json" | head -n 3 | tr '\n' ' ')" = "1 2 3 " ] ||
    fail "words are not counted in their order"
grep -q '"id": "word:[0-9]", .*番目。斎藤。斎、藤"' "$WORK/words.json" || fail "kanji are not said one by one"
grep -q '"id": "word:[0-9]", .*番目。サイトウ。カタカナ"' "$WORK/words.json" || fail "katakana is not told"
LC_ALL=C grep -q "$(printf '\363\240\204')" "$WORK/form.json" && fail "a selector goes to the voice"
heard | grep '^question focus word:[0-9]' >"$WORK/lines"
grep -q '番目$' "$WORK/lines" || fail "the loudspeaker does not say which answer the ring is on"
grep -q '斎' "$WORK/lines" && fail "the loudspeaker tells a name"
words ja "headphones in"
heard | grep -q '^question focus word:0 .*番目。斎藤。斎、藤$' || fail "headphones do not tell the word"
words en "headphones in"
heard | grep -q '^question focus word:0 1 of [0-9]*\. 斎藤\. 斎、藤$' || fail "the word in an English visit"

# ---- which town: not private, and so told by the loudspeaker as soon as the code is there ----
cat >"$WORK/a.play" <<'END'
language ja
tap speak
start move-in
tap next
wait screen card 3
tap no-card
type ひたち　はなこ
tap next
tap digit:3
tap digit:1
tap digit:7
tap digit:0
tap digit:0
tap digit:6
tap digit:5
heard heard.json
hands keys
tap town:0
heard heard.json
END
play "$WORK/a.play"
heard | grep -q '^question change town:0 .*ひたちし助川町' || fail "a town that appears is not told"
heard | grep -q '^question focus town:0 .*ひたちし助川町' || fail "the loudspeaker does not tell the town that the ring is on"
heard | grep '^question change field:postal' | grep -q '[1-9]' && fail "the loudspeaker tells the postal code"

# ---- the trial of keys ----
cat >"$WORK/a.play" <<'END'
language ja
tap speak
tap access
tap keys
wait screen keys 3
key up
key select
switch 1
key pause
heard heard.json
expect screen keys
END
play "$WORK/a.play"
heard | sed -n 's/^keys change  //p' >"$WORK/lines"
[ "$(wc -l <"$WORK/lines")" = 4 ] || { cat "$WORK/lines"; fail "not each key's act is said as it is pressed"; }
[ -z "$(sort "$WORK/lines" | uniq -d)" ] || fail "two keys sound alike"

# ---- every language ----
languages="ja ja-easy en zh-Hans zh-Hant ko vi fil ne pt-BR id my th es"
for language in $languages; do
    cat <<END
language $language
utterances home.$language.said
dump home.$language.seen
tap help
utterances help.$language.said
dump help.$language.seen
tap back
tap access
utterances access.$language.said
dump access.$language.seen
tap back
start resident-record
utterances explain.$language.said
dump explain.$language.seen
tap back
END
done >"$WORK/a.play"
play "$WORK/a.play"
cat >"$WORK/pages.py" <<'END'
import glob, json, re, sys
bad, titles = 0, 0
for path in sorted(glob.glob("*.said")):
    said = json.load(open(path))
    seen = json.load(open(path.replace(".said", ".seen")))["elements"]
    ids = {u["id"] for u in said if u["text"]}
    letters = lambda text: re.sub(r"[\s.。]", "", text)
    easy = ".ja-easy." in path  # said by its furigana, which the list of what is seen does not tell
    for e in seen:
        if e["role"] == "title":
            titles += 1
            if not any(easy and u["id"] == "" or letters(e["text"]) in letters(u["text"]) for u in said):
                print(path, "title is not said:", e["text"]); bad += 1
        elif e.get("id") and e["id"] not in ids:
            print(path, "nothing to hear:", e["id"]); bad += 1
print(titles, "titles")
sys.exit(1 if bad or titles < 14 * 4 else 0)
END
(cd "$WORK" && python3 pages.py) || fail "something on a page has nothing to hear"
exit 0
