"""Words and parameters that several of the Stripe recipes share."""

from agentic.core.spec import Parameter, ParameterKind

CREATE = "create|add|make|register|set up|new|open|want a|need a|like a"
LIST = "list|show|print|display|give|get|see|what|which"
CHANGE = "update|change|set|modify|edit|correct"
NEWEST = "recent|latest|newest|last"

NAME = Parameter("NAME", ParameterKind.NAME, required=True)
MAYBE_NAME = Parameter("NAME", ParameterKind.NAME)
EMAIL = Parameter("EMAIL", ParameterKind.EMAIL, required=True)
MAYBE_EMAIL = Parameter("EMAIL", ParameterKind.EMAIL)
AMOUNT = Parameter("AMOUNT", ParameterKind.AMOUNT, required=True)
CURRENCY = Parameter("CURRENCY", ParameterKind.CURRENCY, required=True)
PERCENT = Parameter("PERCENT", ParameterKind.PERCENT, required=True)
INTERVAL = Parameter("INTERVAL", ParameterKind.INTERVAL)
CUSTOMER = Parameter("CUSTOMER", ParameterKind.ID, required=True, pattern="cus_")
PRICE = Parameter("PRICE", ParameterKind.ID, required=True, pattern="price_")
SUBSCRIPTION = Parameter("SUBSCRIPTION", ParameterKind.ID, required=True, pattern="sub_")
INVOICE = Parameter("INVOICE", ParameterKind.ID, required=True, pattern="in_")
PRODUCT = Parameter("PRODUCT", ParameterKind.ID, required=True, pattern="prod_")
PAYMENT = Parameter("PAYMENT", ParameterKind.ID, required=True, pattern="pi_|ch_")
DESCRIPTION = Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as|for")
TRIAL = Parameter("TRIAL_DAYS", ParameterKind.INTEGER, pattern="trial|day")
ALL = Parameter("ALL", ParameterKind.WORD, pattern="all|every")
