# attack: a width or precision in a format text asks for gigabytes in one step, inside C, where no check of Python's runs
# expect: limit
# validator: accepted
WIDE = 4 * 1024 * 1024 * 1024

made = 0
for width in (WIDE, WIDE // 2, WIDE // 4):
    for way in ("text", "number", "precision", "percent"):
        try:
            if way == "text":
                text = f"{'x':>{width}}"
            elif way == "number":
                text = f"{1:0{width}d}"
            elif way == "precision":
                text = f"{1.5:.{min(width, 2_000_000_000)}f}"
            else:
                text = "%*d" % (min(width, 2_000_000_000), 1)
            made = max(made, len(text))
            del text
        except (MemoryError, OverflowError, ValueError) as error:
            print(way, width, type(error).__name__)
if made > 1024 * 1024 * 1024:
    print(f"ESCAPED: a text of {made:,} characters", flush=True)
