# attack: nested repeats make a regular expression try every way there is, inside C, where no limit of Python's looks
# expect: limit
# validator: accepted
import re

# Each letter more doubles the time; with this many it is some seconds, with twice as many it would be a year.
print(re.match(r"(a+)+\Z", "a" * 27 + "!"))
