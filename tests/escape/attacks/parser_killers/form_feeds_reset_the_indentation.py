# attack: a form feed sets the count of columns back to nothing: what looks like part of a function is not
# expect: validator
# validator: refused
def never_called():
    print('never')
    print(open("@CANARY_FILE@").read())
    print(open("@CANARY_FILE@").read())
