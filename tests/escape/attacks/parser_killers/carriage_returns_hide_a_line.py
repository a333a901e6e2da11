# attack: a lone carriage return ends a line for Python, but a reader of the file sees only a long comment
# expect: validator
# validator: refused
print('harmless') # nothing to see hereprint(open("@CANARY_FILE@").read())  # still a comment, it seems
