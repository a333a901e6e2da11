"""The stacks of the local cloud's one account: who made each, what it is made of, and the door to its runs."""
