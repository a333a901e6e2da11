"""What the types that exist only in this process would ask of AWS, one file per service.

Types that are made through clients say it themselves: their requests are what they send.
"""
