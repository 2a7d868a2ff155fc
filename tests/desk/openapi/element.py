"""What an element of a page says. element.py PAGE SELECTOR [ATTRIBUTE...]
   SELECTOR: an id, name=NAME or label=ID (the label of a field); ATTRIBUTE: its name, or text. Exit 1 when there is none."""
import html.parser
import sys


class Page(html.parser.HTMLParser):
    VOID = {"input", "meta", "link", "br", "path", "use"}

    def __init__(self):
        super().__init__()
        self.elements, self.open, self.fresh = [], [], False

    def handle_starttag(self, tag, attrs):
        element = {**dict(attrs), "text": ""}
        self.elements.append(element)
        if tag not in self.VOID:
            self.open.append((tag, element))
        self.fresh = tag == "textarea"

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.fresh and data.startswith("\n"):
            data = data[1:]  # the first line end of a text field is not its own
        self.fresh = False
        for _, element in self.open:
            element["text"] += data


page = Page()
with open(sys.argv[1], encoding="utf-8") as file:
    page.feed(file.read())
key, equals, wanted = sys.argv[2].partition("=")
key, wanted = ({"label": "for"}.get(key, key), wanted) if equals else ("id", key)
found = [element for element in page.elements if element.get(key) == wanted]
if not found or (key == "id" and len(found) != 1):
    sys.exit(1)
print(*[found[0].get(name, "") for name in sys.argv[3:]])
