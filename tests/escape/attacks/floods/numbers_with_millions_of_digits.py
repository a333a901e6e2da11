# attack: one operation on huge numbers is one step for the interpreter and long for the machine: nothing interrupts it
# expect: limit
# validator: accepted
from decimal import Decimal, localcontext

with localcontext() as context:
    context.prec = 400_000
    seventh = Decimal(1) / Decimal(7)
    print(len(str(seventh * seventh)))
number = 7**2_000_000
print(number.bit_length())
try:
    print(len(str(number)))
except ValueError as error:
    print(error)
print(len(f"{number:x}"))
for _ in range(2):
    number = number * number
