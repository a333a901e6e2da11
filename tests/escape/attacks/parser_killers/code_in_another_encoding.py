# attack: coding: utf-7 in the first line makes a comment into code, for whoever believes such a line
# expect: validator
# validator: refused
# +AAo-print(open(+ACI-@CANARY_FILE@+ACI-).read())+AAo-
print('in UTF-8 there is only a comment')
