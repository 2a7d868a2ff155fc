# tests/app/content/sample.sh FROM TO - a copy of the content FROM at TO with the services of this folder behind the last
# door of home.
cp -R "$1" "$2"
cp "$(dirname "$0")"/procedures/*.yaml "$2/procedures/"
doors=$2/city/doors.yaml
guide=$(sed -n 's/^unsure: //p' "$doors")
last=$(grep -n '^  [a-z-]*:$' "$doors" | tail -n 1 | cut -d: -f1)
sed -i "s/^unsure: .*/unsure: sample-guide/
$last,\$ {
    s/^  [a-z-]*:\$/  sample:/
    s/title: .*/title: 見本の扉/
    s/holds: \\[/holds: [sample-guide, sample-self, sample-survey, sample-adult, page:waste, $guide, /
}" "$doors"
