"""Set phrases of English around a request: greetings and thanks, wishes, asking for help, taking something back."""

import re

_COURTESY = re.compile(
    r"""(?:and\s+)?(?:(?:many|a\s+thousand)?\s*thanks?\b.*|thank\s+you\b.*|thx|ty|cheers\b.*|please|sorry\b(?!.*\b(?:meant|mean|no|not|wrong)\b).*
    |(?:that|it|this)(?:\s+would|['’]d|\s+will|['’]ll)\s+(?:really\s+)?(?:be\s+(?:(?:so|very|really|a)\s+)*(?:great|lovely|nice|kind|perfect|awesome|wonderful|
    amazing|fantastic|helpful|cool|good|big\s+help|huge\s+help|great\s+help|all|everything|it|super|brilliant)|help|save|make\s+my\s+day)\b.*
    |(?:i|we)(?:\s+would|['’]d|\s+will|['’]ll)?\s+(?:really\s+|very\s+much\s+)?(?:appreciate|be\s+(?:very\s+|so\s+|really\s+)?(?:grateful|thankful|glad|happy))\b(?!.*\bif\b).*
    |(?:much|greatly|very\s+much)\s+(?:appreciated|obliged)|appreciate\s+it.*|(?:great|good|bad|sad|big|exciting|lovely|terrible)\s+news|dear\s+(?:all|everyone)|(?:i\s+)?hope\s+(?:you|this|that|all|everything|everyone).*|how\s+are\s+you.*|hope\s+.*
    |you(?:['’]re|\s+are)\s+(?:a|an|the|my|so|very|really|awesome|great)\b.*|(?:have|had)\s+a\s+(?:nice|great|good|lovely)\b.*
    |(?:best|kind|warm)?\s*(?:regards|wishes)\b.*|best(?:,\s*\w+)?|yours\b.*|(?:all\s+the\s+best|take\s+care|talk\s+soon)\b.*|no\s+(?:rush|hurry|stress|pressure|worries)\b.*|take\s+your\s+time
    |good\s+(?:morning|afternoon|evening|day)\b.*|(?:hi|hey|hello|dear|greetings)\b(?:\s+[\w.'’-]+){0,3}|long\s+story\s+short|quick\s+(?:question|one|thing|request|favou?r)\b.*
    |(?:one|just\s+one|another)\s+(?:more\s+)?(?:quick\s+|small\s+|little\s+)?(?:question|thing|request|favou?r|task)\b.*|(?:it|this|that)(?:\s+is|['’]s)\s+(?:(?:really|very|quite|a\s+bit|rather)\s+)?(?:urgent|important|all|it)
    |(?:i['’]m\s+)?(?:not\s+sure|no\s+idea|no\s+clue)\s+(?:who|how|where|why|which)\b(?!.*\b(?:want|should|if|whether)\b).*|before\s+i\s+forget
    |next(?:\s+(?:one|up|thing|item|task|on\s+(?:my|the|our)\s+list))?|here['’]?s\s+(?:the|my)\s+(?:thing|situation|deal|problem|story)|the\s+thing\s+is
    |(?:i|we)(?:['’]ve|\s+have)?\s+(?:got\s+)?(?:a|another|one\s+more)\s+(?:small\s+|quick\s+|little\s+)?(?:task|question|favou?r|request|job|thing)(?:\s+(?:for|to\s+ask)(?:\s+you)?)?
    |(?:i|we)\s+(?:need|could\s+use)\s+(?:your|some)\s+help\b.*
    |(?:i|we)\s+(?:need|want)\s+(?:it|this)\s+(?:asap|urgently|quickly|soon)|:[()dp]+|:-[()]|;-?\))""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_EXCLAMATION = re.compile(r"(?:how|what\s+an?)\s+(?:\w+\s+)?\w+\s*[!.,]*", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:as\s+soon\s+as(?!\s+(?:possible|you))|(?:if|unless|until|once|after|when)(?!\s+(?:you|possible))|only\s+(?:if|when))\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"""(?:would\s+(?:like|love)|need|want(?:ed)?)\s+(?:to|some|a|an)\b
    |(?:i|we)(?:['’]d|\s+would)?\s+(?:(?:really|also|just|still|very\s+much|urgently|now)\s+)*(?:like|love|need|want|have|wish|prefer|wanna|am\s+going|are\s+going)\b
    |(?:i['’]m|we['’]re|i\s+am|we\s+are)\s+(?:going|about|trying|planning|looking|hoping|supposed)\s+(?:to|for)\b|(?:i|we)(?:['’]ve|\s+have)?\s+(?:plan|hope|intend|try|promised|agreed|decided)\s+to\b""",
    re.IGNORECASE | re.VERBOSE,
)
ASKED_FOR = re.compile(
    r"""(?:(?:i|we)(?:['’]d|\s+would)?\s+(?:(?:really|also|just|kindly)\s+)*(?:like|love|need|want|ask|appreciate|be\s+(?:\w+\s+)?(?:grateful|happy|glad|thankful))(?:\s+it)?\s+(?:you\b|if\b|for\s+you\b)
    |(?:i|we)(?:['’]m|['’]re|\s+was|\s+were|\s+am|\s+are|['’]ve\s+been)?\s+(?:just\s+)?(?:wonder(?:ed|ing)?|hoping|hoped|hope|wanted\s+to\s+ask|wanting\s+to\s+ask|would\s+like\s+to\s+ask|like\s+to\s+ask)\b.*\b(?:you|if|whether)\b
    |(?:it|that|this)(?:['’]d|\s+would)\s+(?:really\s+)?(?:be\s+(?:\w+\s+){1,3}|help\s+(?:\w+\s+)?)(?:if|to)\b
    |(?:is|are)\s+(?:it|there|you)\b|do\s+(?:me|us)\s+a\b|be\s+so\b|do\s+you\s+mind\b|any\s+chance\b|let['’]?s\b|let\s+(?:me|us)\b|go\s+ahead\b|feel\s+free\b|make\s+sure\b|time\s+to\b|how\s+about\b|what\s+about\b|your\s+(?:task|job)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_PROXY = re.compile(
    r"""(?:(?:so|and|please|pls|can|could|would|will|you|kindly|just|maybe|help|me|us|with|do|handle|take\s+care\s+of|sort|make|arrange|see\s+to|look\s+after|deal\s+with
    |it|that|this|these|them|so|out|happen|for|possible|is|mind|doing|be\s+so\s+kind)\b[\s,]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_TAKEN_BACK = re.compile(
    r"""\b(?:just\s+kidding|kidding|joking|never\s?mind|nvm|forget\s+(?:it|that|about|what)|scratch\s+that|hold\s+(?:on|off)|second\s+thoughts?|(?:i|we)(?:['’]ve|\s+have)?\s+changed\s+(?:my|our)\s+minds?
    |(?:i|we)(?:['’]d|\s+would)\s+rather\s+not(?=\s*(?:[.,;!?–-]|\Z|do\b|now\b|yet\b))|actually\s+no|no\s+wait|leave\s+it|nope\b|not\s+(?:yet|now|today)|not\s+sure(?!\s+(?:who|how|where|why|which)\b)|take\s+(?:it|that)\s+back|wait\b|(?:part|half|some|none)\s+of\s+(?:it|that|them)|don['’]?t\s+do\s+(?:it|that|this|so)
    |do\s+not\s+do\s+(?:it|that|this|so)|but\s+only|only\s+(?:if|when|once|after)|said\s+no|decided\s+(?:against|not))""",
    re.IGNORECASE | re.VERBOSE,
)

_REPORTED = re.compile(
    r"""\b(?:told|asked|asks|wants|wanted|tells|ordered|begged|instructed)\s+(?:me|us|you|him|her|them)\s+(?:\w+\s+)?to\b|\b(?:said|says|claims|claimed|thinks|thought)\s+(?:that|you|we|i)\b""",
    re.IGNORECASE,
)


def reports(text: str) -> bool:
    """Whether a clause tells what somebody else wants or says."""
    return bool(_REPORTED.search(text))


def is_courtesy(text: str) -> bool:
    """Whether a clause is nothing but a greeting, thanks or the like."""
    return bool(_COURTESY.fullmatch(text.strip(" .,!?;:–—-\n"))) and not _CONDITION.search(text)


def exclaims(text: str) -> bool:
    """Whether a clause only says what somebody feels: "how lovely!", "what a pity"."""
    return bool(_EXCLAMATION.fullmatch(text.strip()))


def is_proxy(text: str) -> bool:
    """Whether a clause only asks for what another one says: "can you do that for me?"."""
    plain = text.strip(" .,!?;:–—-\n")
    return bool(plain and _PROXY.fullmatch(plain)) and re.search(r"\b(?:you|please|pls)\b", plain, re.IGNORECASE) is not None


def takes_back(text: str) -> bool:
    """Whether a clause takes a request back or puts it off."""
    return bool(_TAKEN_BACK.search(text))


def is_wish(text: str) -> bool:
    """Whether a clause says what somebody wants or is going to do: "I'd like to …", "we need …"."""
    return bool(_WISH.match(text))
