# attack: half characters, terminal codes and null bytes in the output: they must come back as text, and do no more
# expect: harmless
# validator: accepted
import sys

print("half a character:", "\ud800", "\udfff")
print("null:", "\x00", "bell:", "\x07", "clear:", "\x1b[2J", "title:", "\x1b]0;mine\x07", "link:", "\x1b]8;;https://elsewhere.example\x07")
print("reordered:", "\u202e", "line ends:", "\u2028", "\x85", "\r", "mark:", "\ufeff")
sys.stdout.buffer.write(b"not UTF-8: \xff\xfe\xc0\x80\xed\xa0\x80\n")
sys.stderr.write("\x9b31m" + "\N{ZERO WIDTH JOINER}" * 1000 + "\n")
print('{"success": true, "exit": 0, "layers": []}')
