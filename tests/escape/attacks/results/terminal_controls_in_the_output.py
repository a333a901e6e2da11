# attack: escape sequences rewrite what a terminal shows: titles, links, hidden text, the clipboard, typed answers
# expect: harmless
# validator: accepted
# Gains nothing here: bytes of an output; whoever shows it to a person has to escape it.
import sys

SEQUENCES = (
    "\x1b[2J\x1b[H",
    "\x1b]0;approved\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]8;;https://attacker.example\x1b\\harmless link\x1b]8;;\x1b\\",
    "\x1b[8mhidden\x1b[0m",
    '\x1b[6n\x1b[c\x1bP$q"p\x1b\\',
    "\x1b[1A\x1b[2Kreplaced line",
    "\x9b31m",
    "back\x08\x08\x08\x08over",
    "cut\rover",
    "\x0e\x0f\x05",
)
for sequence in SEQUENCES:
    print(f"amount: 100 EUR {sequence}")
    sys.stderr.write(sequence)
sys.exit(0)
