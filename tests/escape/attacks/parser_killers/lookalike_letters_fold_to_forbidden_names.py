# attack: Python folds wide and styled letters to plain ones: names that no list of plain names has
# expect: validator
# validator: refused
𝓸𝓹𝓮𝓷 = None
del ｏｐｅｎ
print(ｏｐｅｎ("@CANARY_FILE@").ｒｅａｄ())
ｅｖａｌ("1")
pгint = print  # the second letter is Cyrillic
().__ｃlass__.__bᵃse__
