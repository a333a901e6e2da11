# attack: marks that reorder text make code look like part of a comment or of a string
# expect: validator
# validator: refused
# Only for administrators ‮⁦)"@ELIF_YRANAC@"(nepo⁩⁦
level = "user‮ ⁦# nothing happens here⁩ ⁦"
if level != "user":
    print(open("@CANARY_FILE@").read())
