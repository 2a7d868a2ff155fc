#!/bin/sh
# timeout: 120
# kioskctl import: a form as CSV and as .xlsx becomes the same definition file; each mistake is told with its place in the
# sheet, and then nothing has changed. Needs build/kioskctl, xlsx2csv, python3.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
CTL=$BUILD/kioskctl
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bad=0
wrong() { printf '%s\n' "$*"; bad=1; }
A=$WORK/a
cp -r assets "$A"
DOG=tests/fuzz/corpus/sheet/dog.csv
MADE=$A/procedures/dog-registration.yaml

"$CTL" import "$DOG" "$A" >"$WORK/out" 2>&1 || { wrong "a good form is refused:"; cat "$WORK/out"; }
"$CTL" check --language ja "$A" >"$WORK/out" 2>&1 || { wrong "the made file is not right:"; cat "$WORK/out"; }
grep -q 'holds: \[.*dog-registration' "$A/city/doors.yaml" || wrong "the service stands at no door"
for line in "  - ask: applicant" "  - ask: vaccinated" "    type: yes-no" "    relevant: vaccinated" \
    "    constraint: 'vaccinated-on <= today'" "    otherwise: '今日までの日を選んでください。'" \
    "        label: '大きい犬、\"中くらい\"の犬'" "  - '鑑札を受け取ります。'" "  - identity-document" "fee: 3000"; do
    grep -qxF -- "$line" "$MADE" || wrong "the made file lacks: $line"
done
cp "$MADE" "$WORK/from-csv.yaml"
cp "$A/city/doors.yaml" "$WORK/doors.yaml"
"$CTL" import "$DOG" "$A" >"$WORK/out" 2>&1 || wrong "importing again: exit code $?"
cmp "$MADE" "$WORK/from-csv.yaml" || wrong "importing again gives another file"
cmp "$A/city/doors.yaml" "$WORK/doors.yaml" || wrong "importing again adds to the door again"

# The same as a workbook, as a spreadsheet program writes it: shared strings, a date and a number as such.
workbook() { # CSV XLSX
    python3 - "$1" "$2" <<'END'
import csv, datetime, sys, zipfile
from xml.sax.saxutils import escape
sheets, name = {}, None
for row in csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")):
    if row and row[0]:
        name = row[0]
    elif name:
        sheets.setdefault(name, []).append(row[1:])
strings = []
def cell(row, column, text):
    place = f"{chr(65 + column)}{row}"
    if text == "2026-04-01":
        days = (datetime.date(2026, 4, 1) - datetime.date(1899, 12, 30)).days
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    if text == "3000":
        return f'<c r="{place}"><v>3000</v></c>'
    if text not in strings:
        strings.append(text)
    return f'<c r="{place}" t="s"><v>{strings.index(text)}</v></c>'
main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as out:
    for n, (name, rows) in enumerate(sheets.items(), 1):
        body = "".join(f'<row r="{r}">' + "".join(cell(r, c, t) for c, t in enumerate(row) if t) + "</row>"
                       for r, row in enumerate(rows, 1))
        out.writestr(f"xl/worksheets/sheet{n}.xml", f'<?xml version="1.0"?><worksheet {main}><sheetData>{body}</sheetData></worksheet>')
    out.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst {main}>' +
                 "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in strings) + "</sst>")
    out.writestr("xl/styles.xml", f'<?xml version="1.0"?><styleSheet {main}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>')
    out.writestr("xl/workbook.xml", f'<?xml version="1.0"?><workbook {main} xmlns:r="{rel}"><sheets>' +
                 "".join(f'<sheet name="{s}" sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, 1)) + "</sheets></workbook>")
    out.writestr("xl/_rels/workbook.xml.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
                 "".join(f'<Relationship Id="rId{n}" Type="{rel}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)) +
                 f'<Relationship Id="rId90" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId91" Type="{rel}/styles" Target="styles.xml"/></Relationships>')
    out.writestr("_rels/.rels", f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    out.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
                 f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>' +
                 "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in range(1, len(sheets) + 1)) + "</Types>")
END
}
workbook "$DOG" "$WORK/dog.xlsx"
"$CTL" import "$WORK/dog.xlsx" "$A" >"$WORK/out" 2>&1 || { wrong "the workbook is refused:"; cat "$WORK/out"; }
sed 1d "$WORK/from-csv.yaml" >"$WORK/lines"
sed 1d "$MADE" | diff "$WORK/lines" - || wrong "the workbook gives another file than the CSV"

# What is wrong is told with its place, and nothing has changed.
cp "$MADE" "$WORK/before.yaml"
refused() { # WHAT SED-PROGRAM EXPECTED [xlsx]
    sed "$2" "$DOG" >"$WORK/form.csv"
    cmp -s "$DOG" "$WORK/form.csv" && wrong "$1: the sed program changes nothing"
    form=$WORK/form.csv
    [ -z "${4:-}" ] || { workbook "$form" "$WORK/form.xlsx" && form=$WORK/form.xlsx; }
    "$CTL" import "$form" "$A" >"$WORK/out" 2>&1 && wrong "$1: not noticed"
    grep -qF -- "$form: $3" "$WORK/out" || { wrong "$1: expected '$3', got:"; cat "$WORK/out"; }
    cmp "$MADE" "$WORK/before.yaml" || wrong "$1: the file was changed"
    cmp "$A/city/doors.yaml" "$WORK/doors.yaml" || wrong "$1: the doors were changed"
}
refused "an unknown fact" 's/{vaccinated}/{vacinated}/' \
    "sheet survey, row 7, column relevant: relevant: unknown fact 'vacinated'; did you mean 'vaccinated'?"
refused "an unknown fact in a workbook" 's/{vaccinated}/{vacinated}/' \
    "sheet survey, row 6, column relevant: relevant: unknown fact 'vacinated'; did you mean 'vaccinated'?" xlsx
refused "an unknown type" 's/^,text,/,txet,/' "sheet survey, row 4, column type: unknown type 'txet'; did you mean 'text'?"
refused "an unknown list" 's/select_one kinds/select_one kind/' "sheet survey, row 5, column type: the sheet choices has no such list"
refused "an unknown column" 's/,counter,/,countr,/' "sheet settings, row 15, column countr: unknown key"
refused "no words for the check page" 's/犬の名前,,,$/,,,/' "sheet survey, row 4, column name: 'short' is missing"
refused "no name" 's/dog-name/　/;s/　//' "sheet survey, row 4, column name: a question needs a name"
refused "no id" 's/,dog-registration,/,Dog,/' "sheet settings, row 15, column form_id: the id of the service"
refused "no settings" '/^settings/,$d' "sheet settings, row 0: there is no such sheet"
refused "a workbook without settings" '/^settings/,$d' "sheet settings, row 0: there is no such sheet" xlsx
refused "an empty survey" '2,7d' "sheet survey, row 1, column type: a row with the names"
refused "a quote that is never closed" 's/受け取ります。"$/受け取ります。/' "sheet survey, row 15: no CSV in UTF-8, or a quote is never closed"
sed 's/,dog-registration,certificates/,dog-registration,nowhere/' "$DOG" >"$WORK/form.csv"
sed -i 's/dog-registration/cat-registration/;s/,certificates,/,nowhere,/' "$WORK/form.csv"
"$CTL" import "$WORK/form.csv" "$A" >"$WORK/out" 2>&1 && wrong "a door that is not there: not noticed"
grep -q '^  certificates$' "$WORK/out" || wrong "a door that is not there: the doors are not told"
[ ! -e "$A/procedures/cat-registration.yaml" ] || wrong "a door that is not there: the file stays"
iconv -t CP932 "$DOG" >"$WORK/form.csv"
"$CTL" import "$WORK/form.csv" "$A" 2>&1 | grep -q 'no CSV in UTF-8' || wrong "another encoding than UTF-8"
yes , | head -n 6000 >"$WORK/form.csv"
"$CTL" import "$WORK/form.csv" "$A" 2>&1 | grep -q 'too many rows' || wrong "6,000 rows"
printf 'no workbook' >"$WORK/form.xlsx"
"$CTL" import "$WORK/form.xlsx" "$A" >"$WORK/out" 2>&1 && wrong "no workbook: taken"
PATH=$WORK "$CTL" import "$WORK/dog.xlsx" "$A" 2>&1 | grep -q 'install the package xlsx2csv' || wrong "without xlsx2csv"
"$CTL" import "$WORK/none.csv" "$A" 2>&1 | grep -q "it can't be read" || wrong "a file that is not there"
# A file written by hand stays.
sed -i 1d "$MADE"
cp "$MADE" "$WORK/hand.yaml"
"$CTL" import "$DOG" "$A" >"$WORK/out" 2>&1 && wrong "a file written by hand: replaced"
cmp "$MADE" "$WORK/hand.yaml" || wrong "a file written by hand: changed"
"$CTL" import >"$WORK/out" 2>&1
[ $? = 2 ] || wrong "import without a file is wrong use"
exit $bad
