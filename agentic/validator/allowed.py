"""The tables of the allow-list: what scripts may use. Data only; `policy.py` decides by them.

What is not in a table is refused. Values are words in a string so that the tables stay readable; `*_FIXES` tables hold
advice for things that generated code often tries and that will not be allowed.
"""

RULES = {
    # Every rule by its name, which is part of the public contract: findings carry it.
    "too_large": "the script has too many bytes or parts",
    "encoding": "the script is not plain UTF-8",
    "control_character": "a character that is invisible or reorders text",
    "identifier": "a name with letters that look like others",
    "syntax": "not Python",
    "nesting": "nested too deeply",
    "construct": "a syntax construct that is not on the list",
    "import": "a module that is not on the list, or not one of the API's packages",
    "member": "a name of an allowed module that is not on its list",
    "module_value": "a module handed round as a value",
    "name": "a name that is neither defined nor an allowed builtin",
    "attribute": "an attribute that leads into the interpreter or the machine",
    "dunder": "a double-underscore name or attribute",
    "private": "an attribute with a leading underscore of a foreign object",
    "assignment": "a change to an imported module, or to where requests go",
    "class": "a metaclass, or a class made some other way than by a plain statement",
    "call": "an allowed function with arguments that make it something else, or handed round as a value",
    "format": "a format text that is not known, or that walks attributes it may not",
    "environment": "the environment, other than the declared names",
    "host": "a request to another host than the API's",
    "sdk_member": "a name that the API's SDK does not have",
    "sdk_parameter": "a parameter that the SDK's call does not take",
}

CONSTRUCTS = {
    # Every syntax construct a script may use, with the fields that hold further constructs (those are checked in turn).
    "Module": "body",
    "FunctionDef": "decorator_list args returns type_params body",
    "AsyncFunctionDef": "decorator_list args returns type_params body",
    "ClassDef": "decorator_list bases keywords type_params body",
    "Return": "value",
    "Delete": "targets",
    "Assign": "targets value",
    "TypeAlias": "name type_params value",
    "AugAssign": "target value",
    "AnnAssign": "target annotation value",
    "For": "target iter body orelse",
    "AsyncFor": "target iter body orelse",
    "While": "test body orelse",
    "If": "test body orelse",
    "With": "items body",
    "AsyncWith": "items body",
    "Match": "subject cases",
    "Raise": "exc cause",
    "Try": "body handlers orelse finalbody",
    "TryStar": "body handlers orelse finalbody",
    "Assert": "test msg",
    "Import": "names",
    "ImportFrom": "names",
    "Global": "",
    "Nonlocal": "",
    "Expr": "value",
    "Pass": "",
    "Break": "",
    "Continue": "",
    "BoolOp": "values",
    "NamedExpr": "target value",
    "BinOp": "left right",
    "UnaryOp": "operand",
    "Lambda": "args body",
    "IfExp": "test body orelse",
    "Dict": "keys values",
    "Set": "elts",
    "ListComp": "generators elt",
    "SetComp": "generators elt",
    "DictComp": "generators key value",
    "GeneratorExp": "generators elt",
    "Await": "value",
    "Yield": "value",
    "YieldFrom": "value",
    "Compare": "left comparators",
    "Call": "func args keywords",
    "FormattedValue": "value format_spec",
    "JoinedStr": "values",
    "Constant": "",
    "Attribute": "value",
    "Subscript": "value slice",
    "Starred": "value",
    "Name": "",
    "List": "elts",
    "Tuple": "elts",
    "Slice": "lower upper step",
    "comprehension": "target iter ifs",
    "ExceptHandler": "type body",
    "arguments": "posonlyargs args vararg kwonlyargs kw_defaults kwarg defaults",
    "arg": "annotation",
    "keyword": "value",
    "alias": "",
    "withitem": "context_expr optional_vars",
    "match_case": "pattern guard body",
    "MatchValue": "value",
    "MatchSingleton": "",
    "MatchSequence": "patterns",
    "MatchMapping": "keys patterns",
    "MatchClass": "cls patterns kwd_patterns",
    "MatchStar": "",
    "MatchAs": "pattern",
    "MatchOr": "patterns",
    "TypeVar": "bound default_value",
    "ParamSpec": "default_value",
    "TypeVarTuple": "default_value",
}

BUILTINS = """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError
    DeprecationWarning EOFError Ellipsis EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError
    FloatingPointError FutureWarning GeneratorExit IOError ImportError IndexError InterruptedError IsADirectoryError
    KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplemented
    NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError
    RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration
    SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError
    Warning ZeroDivisionError
    abs aiter all anext any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter
    float format frozenset hash hex id int isinstance issubclass iter len list map max min next object oct ord pow print
    property range repr reversed round set slice sorted staticmethod str sum super tuple zip
    __name__ __doc__ __debug__
"""

MODULES = {
    # Every module of the standard library that scripts may import, with every name they may use of it.
    "__future__": "annotations",
    "abc": "ABC ABCMeta abstractmethod",
    "argparse": """Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentParser ArgumentTypeError
        BooleanOptionalAction HelpFormatter Namespace ONE_OR_MORE OPTIONAL REMAINDER RawDescriptionHelpFormatter
        RawTextHelpFormatter SUPPRESS ZERO_OR_MORE""",
    "asyncio": """ALL_COMPLETED Barrier BoundedSemaphore CancelledError Condition Event FIRST_COMPLETED FIRST_EXCEPTION
        Future InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull Runner Semaphore Task TaskGroup
        Timeout TimeoutError all_tasks as_completed create_task current_task ensure_future gather get_event_loop
        get_running_loop iscoroutine iscoroutinefunction isfuture new_event_loop run run_coroutine_threadsafe
        set_event_loop shield sleep timeout timeout_at to_thread wait wait_for wrap_future""",
    "base64": """b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode decodebytes encodebytes
        standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode""",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "calendar": """APRIL AUGUST Calendar DECEMBER FEBRUARY FRIDAY HTMLCalendar IllegalMonthError IllegalWeekdayError
        JANUARY JULY JUNE MARCH MAY MONDAY NOVEMBER OCTOBER SATURDAY SEPTEMBER SUNDAY THURSDAY TUESDAY TextCalendar
        WEDNESDAY calendar day_abbr day_name firstweekday isleap leapdays month month_abbr month_name monthcalendar
        monthrange prcal prmonth setfirstweekday timegm weekday weekheader""",
    "collections": "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple",
    "collections.abc": """AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer Callable Collection Container
        Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping
        MutableSequence MutableSet Reversible Sequence Set Sized ValuesView""",
    "concurrent": "",
    "concurrent.futures": """ALL_COMPLETED CancelledError Executor FIRST_COMPLETED FIRST_EXCEPTION Future
        ThreadPoolExecutor TimeoutError as_completed wait""",
    "contextlib": """AbstractAsyncContextManager AbstractContextManager AsyncExitStack ContextDecorator ExitStack aclosing
        asynccontextmanager closing contextmanager nullcontext redirect_stderr redirect_stdout suppress""",
    "copy": "Error copy deepcopy",
    "csv": """Dialect DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC QUOTE_NOTNULL
        QUOTE_STRINGS Sniffer excel excel_tab field_size_limit list_dialects reader register_dialect unix_dialect
        writer""",
    "dataclasses": """FrozenInstanceError InitVar KW_ONLY MISSING asdict astuple dataclass field fields is_dataclass
        replace""",
    "datetime": "MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo",
    "decimal": """BasicContext Clamped Context Decimal DecimalException DecimalTuple DefaultContext DivisionByZero
        ExtendedContext FloatOperation Inexact InvalidOperation MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow ROUND_05UP
        ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal
        Underflow getcontext localcontext setcontext""",
    # Left out of enum: property, whose objects read an attribute by a name that can be changed.
    "enum": """CONFORM CONTINUOUS EJECT Enum EnumCheck EnumMeta EnumType Flag FlagBoundary IntEnum IntFlag KEEP
        NAMED_FLAGS ReprEnum STRICT StrEnum UNIQUE auto member nonmember unique verify""",
    "fractions": "Fraction",
    # Left out of functools: singledispatch evaluates annotations that are strings.
    "functools": """cache cached_property cmp_to_key lru_cache partial partialmethod reduce total_ordering wraps""",
    "hashlib": """algorithms_available algorithms_guaranteed blake2b blake2s md5 new pbkdf2_hmac scrypt sha1 sha224 sha256
        sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128 shake_256""",
    "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "hmac": "HMAC compare_digest digest new",
    "html": "escape unescape",
    "http": "HTTPMethod HTTPStatus",
    "io": "BytesIO SEEK_CUR SEEK_END SEEK_SET StringIO",
    "itertools": """accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile
        filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest""",
    "json": "JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads",
    "json.decoder": "JSONDecodeError",
    # Left out of logging: everything that opens files or sockets, or hands out the module's own state.
    "logging": """CRITICAL DEBUG ERROR FATAL Filter Formatter Handler INFO Logger LoggerAdapter LogRecord NOTSET
        NullHandler StreamHandler WARN WARNING addLevelName basicConfig captureWarnings critical debug disable error
        exception fatal getLevelName getLogger info log shutdown warn warning""",
    "math": """acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
        expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp
        lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt sumprod tan tanh
        tau trunc ulp""",
    "numbers": "Complex Integral Number Rational Real",
    "operator": """abs add and_ attrgetter concat contains countOf eq floordiv ge getitem gt iadd iand iconcat ifloordiv
        imod imul index indexOf inv invert ior is_ is_not isub itemgetter itruediv ixor le length_hint lt methodcaller
        mod mul ne neg not_ or_ pos pow sub truediv truth xor""",
    # `os.environ` and `os.getenv` are allowed only for declared names: see environment.py.
    "os": "EX_OK altsep curdir environ extsep getenv linesep name pardir pathsep sep",
    "os.path": """altsep basename commonpath commonprefix curdir dirname extsep isabs join normcase normpath pardir pathsep
        sep split splitdrive splitext""",
    "pprint": "PrettyPrinter isreadable isrecursive pformat pp pprint saferepr",
    "queue": "Empty Full LifoQueue PriorityQueue Queue SimpleQueue",
    "random": """Random SystemRandom betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits
        getstate lognormvariate normalvariate paretovariate randbytes randint random randrange sample seed setstate
        shuffle triangular uniform vonmisesvariate weibullvariate""",
    "re": """A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern RegexFlag S U UNICODE VERBOSE X compile
        error escape findall finditer fullmatch match purge search split sub subn""",
    "secrets": "SystemRandom choice compare_digest randbelow randbits token_bytes token_hex token_urlsafe",
    "statistics": """NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean
        linear_regression mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles
        stdev variance""",
    # Left out of string: Formatter, which walks attributes by name.
    "string": """Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable
        punctuation whitespace""",
    "sys": "argv byteorder exit float_info hexversion maxsize maxunicode platform stderr stdout version version_info",
    "textwrap": "TextWrapper dedent fill indent shorten wrap",
    "threading": """Barrier BoundedSemaphore BrokenBarrierError Condition Event Lock RLock Semaphore TIMEOUT_MAX Thread
        ThreadError Timer active_count current_thread get_ident local main_thread""",
    "time": """altzone asctime ctime daylight gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns
        process_time process_time_ns sleep strftime strptime struct_time thread_time time time_ns timezone tzname""",
    "traceback": "format_exc print_exc",
    "types": "MappingProxyType SimpleNamespace TracebackType",
    # Left out of typing: get_type_hints and ForwardRef, which evaluate strings; get_origin, which finds `type`.
    "typing": """AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable
        BinaryIO ByteString Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine Counter
        DefaultDict Deque Dict Final FrozenSet Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List
        Literal LiteralString Mapping MappingView Match MutableMapping MutableSequence MutableSet NamedTuple Never
        NewType NoReturn NotRequired Optional OrderedDict ParamSpec Pattern Protocol Required Reversible Self Sequence
        Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound
        TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeGuard TypeVar TypeVarTuple TypedDict Union Unpack ValuesView
        assert_never assert_type cast final get_args is_typeddict no_type_check overload override
        runtime_checkable""",
    "urllib": "",
    "urllib.error": "ContentTooShortError HTTPError URLError",
    "urllib.parse": """ParseResult SplitResult parse_qs parse_qsl quote quote_from_bytes quote_plus unquote unquote_plus
        unquote_to_bytes urldefrag urlencode urljoin urlparse urlsplit urlunparse urlunsplit""",
    "urllib.request": "Request urlopen",
    # Left out of uuid: uuid1 and getnode, which start processes to find a hardware address.
    "uuid": "NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 UUID uuid3 uuid4 uuid5",
    # Left out of warnings: catch_warnings, whose objects hold the module.
    "warnings": "filterwarnings resetwarnings simplefilter warn",
    "zoneinfo": "ZoneInfo ZoneInfoNotFoundError available_timezones",
}

POWERFUL_BUILTINS = """
    breakpoint compile delattr eval exec getattr globals hasattr locals memoryview open setattr type vars
"""
"""Builtins whose name stays theirs at the top of a script: rebinding it there could be undone or skipped."""

DIRECT_CALLS = """
    <builtin>.getattr <builtin>.hasattr <builtin>.setattr <builtin>.delattr <builtin>.type
    argparse.Namespace contextlib.redirect_stderr contextlib.redirect_stdout functools.wraps logging.basicConfig
    operator.attrgetter operator.methodcaller os.getenv typing.Type urllib.request.urlopen urllib.request.Request
"""
"""Names that may only be called there and then, because what they may do hangs on their arguments, or because a subclass or
an unbound method of theirs reads and sets attributes by names that nobody has checked."""

ANNOTATIONS = """
    <builtin>.type argparse.Namespace contextlib.redirect_stderr contextlib.redirect_stdout typing.Type urllib.request.Request
"""
"""Those of them that annotations may name. (In a class's body none but Request: `dataclasses.fields` gives them back.)"""

TYPE_READERS = "bool callable format getattr hasattr hash id isinstance issubclass print repr str"
"""Builtins that may be given what `type(value)` found: they do not call it."""

TYPE_READING_METHODS = "critical debug error exception format get info log warn warning"
"""Methods that may be given it (of loggers, texts and dictionaries), unless the script has one of that name itself."""

METACLASSES = "abc.ABCMeta enum.EnumMeta enum.EnumType"
"""Classes that stand behind `metaclass=` only: called, they make classes with any names in them."""

NAMED_CLASSES = """
    collections.namedtuple enum.Enum enum.Flag enum.IntEnum enum.IntFlag enum.ReprEnum enum.StrEnum typing.NamedTuple
    typing.TypedDict
"""
"""What makes a class out of names given as texts."""

REFUSED_KEYWORDS = {
    # Keywords (and, for the names here, dictionaries of keywords) that make an allowed call into a file or a walk.
    "logging.basicConfig": "filename filemode",
    "argparse.ArgumentParser": "fromfile_prefix_chars",
    "functools.wraps": "assigned updated",
    "*.parse_args": "namespace",
    "*.parse_intermixed_args": "namespace",
    "*.parse_known_args": "namespace",
    "*.parse_known_intermixed_args": "namespace",
}

MOST_ARGUMENTS = {
    # The most positional arguments of calls whose further ones have the effects that REFUSED_KEYWORDS refuses.
    "argparse.ArgumentParser": 7,
    "functools.wraps": 1,
    "*.parse_args": 1,
    "*.parse_intermixed_args": 1,
    "*.parse_known_args": 1,
    "*.parse_known_intermixed_args": 1,
}

FORMAT_STYLES = {"logging.Formatter": 2, "logging.basicConfig": -1}
"""Calls that take a `style` of format texts, with its position (-1: by keyword only). The style "{" walks attributes."""

SET_ONCE = {
    # Attributes that may not be set after an object was made, in scripts that import the module: they undo what was checked.
    "argparse": "dest",
    "urllib": "full_url selector",
}

STREAM_ATTRIBUTES = """
    buffer closed encoding errors fileno flush isatty line_buffering name newlines reconfigure writable write writelines
"""
"""What scripts may use of `sys.stdout` and `sys.stderr`."""

BYTE_STREAM_ATTRIBUTES = "flush write writelines"
"""And of their `buffer`, below which is a file that could open others."""

DUNDER_ATTRIBUTES = "__cause__ __doc__ __members__ __name__ __notes__ __qualname__ __suppress_context__ __version__"
"""Double-underscore attributes that may be read of anything."""

DUNDER_METHODS = """
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __and__ __anext__ __await__ __bool__ __bytes__ __call__ __contains__
    __delitem__ __enter__ __eq__ __exit__ __float__ __floordiv__ __format__ __ge__ __getitem__ __gt__ __hash__ __iadd__
    __index__ __init__ __int__ __invert__ __isub__ __iter__ __le__ __len__ __lt__ __missing__ __mod__ __mul__ __ne__
    __neg__ __next__ __or__ __pos__ __post_init__ __pow__ __radd__ __repr__ __reversed__ __rmul__ __round__ __rsub__
    __rtruediv__ __setitem__ __str__ __sub__ __truediv__ __xor__
"""
"""Double-underscore methods that a class may define and that may be called as `super().__init__()`."""

DUNDER_SETTINGS = "__all__ __author__ __date__ __doc__ __email__ __hash__ __license__ __slots__ __version__"
"""Double-underscore names that may be assigned at the top of a script or class."""

PRIVATE_ATTRIBUTES = "_asdict _fields _make _replace _value_ _name_"
"""Names with one leading underscore that the standard library documents as public."""

INTERNAL_ATTRIBUTES = """
    ag_await ag_code ag_frame cr_await cr_code cr_frame cr_origin gi_code gi_frame gi_yieldfrom mro
    f_back f_builtins f_code f_globals f_lasti f_locals f_trace tb_frame tb_lasti tb_next
    co_code co_consts co_names co_varnames func_code func_globals
    builtins codecs ctypes importlib linecache marshal multiprocessing os pathlib pickle pkgutil posix runpy shutil socket
    subprocess sys tempfile tokenize zipfile zipimport
    exec_module find_module find_spec load_module
    subprocess_exec subprocess_shell
    fromfile_prefix_chars _attr_type _cls_type _csock _evaluate _old_targets _read_args_from_files _ssock
"""
"""Attributes that lead from a value into the interpreter, its modules, processes or sockets. Names of values' attributes
cannot be listed the other way round (an API's objects have thousands), so here, and only here, the refused are listed."""

LOOP_ATTRIBUTES = """
    add_reader add_signal_handler add_writer connect_accepted_socket connect_read_pipe connect_write_pipe
    create_connection create_datagram_endpoint create_server create_unix_connection create_unix_server get_stack getaddrinfo
    getnameinfo remove_reader remove_signal_handler remove_writer sendfile set_child_watcher sock_accept sock_connect
    sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendfile sock_sendto start_tls
    _connect_sock _create_connection_transport _ensure_resolved _make_datagram_transport _make_read_pipe_transport
    _make_socket_transport _make_ssl_transport _make_subprocess_transport _make_write_pipe_transport _selector _sock_connect
    _start_serving
"""
"""What asyncio's loops have of sockets and signals, and its tasks of frames. Refused in scripts that import
asyncio; an API's SDK may well have a `create_server` of its own."""

SDK_FOREIGN = "certifi charset_normalizer chardet compat cryptography httpcore httpx idna jwt packages pycurl urllib3"
"""Modules that SDKs import and expose, beside the standard library's; scripts import what they may use by its own name."""

SDK_SETTINGS = "api_key api_version app_info enable_telemetry max_network_retries"
"""Attributes of an SDK's module that scripts may assign; none says where requests go."""

HTTP_CALLS = {
    # Names of calls that send, with the position of their URL. (urllib.request has stricter rules of its own.)
    "delete": 0,
    "fetch": 0,
    "get": 0,
    "head": 0,
    "options": 0,
    "patch": 0,
    "post": 0,
    "put": 0,
    "request": 1,
    "stream": 1,
    "urlopen": 1,
    "Request": 1,
}

URL_KEYWORDS = "api_base api_url base_addresses base_url endpoint endpoint_url host hostname proxies proxy upload_api_base"
"""Keywords that say where an SDK's client sends its requests."""

NAME_FIXES = {
    "breakpoint": "remove it",
    "compile": "write the code out; for patterns use re.compile",
    "dir": "use the attributes you know of",
    "eval": "write the expression out; parse data with json.loads, int, float or Decimal",
    "exec": "write the code out",
    "exit": "use sys.exit() or raise SystemExit",
    "globals": "use a dictionary of your own",
    "help": "remove the call",
    "input": "nobody can answer; put the value in a constant at the top of the script",
    "locals": "use a dictionary of your own",
    "memoryview": "use bytes or bytearray",
    "open": "scripts have no files: print the result, or build it in io.StringIO and print that",
    "quit": "use sys.exit() or raise SystemExit",
    "vars": "name the attributes you need",
    "__file__": "scripts have no file; remove it",
    "__import__": "use an import statement",
}

MODULE_FIXES = {
    "aiohttp": "use requests with asyncio.to_thread",
    "dotenv": "remove it: the environment is already set",
    "ftplib": "call the API only",
    "getpass": "read the key from os.environ",
    "importlib": "use an import statement",
    "inspect": "remove it",
    "multiprocessing": "use concurrent.futures.ThreadPoolExecutor",
    "pandas": "use csv, statistics and collections",
    "pathlib": "scripts have no files: print the result",
    "pickle": "use json",
    "shelve": "use json",
    "shutil": "scripts have no files: print the result",
    "signal": "remove it: the sandbox has its own time limit",
    "smtplib": "call the API only",
    "socket": "call the API through its SDK",
    "sqlite3": "use dictionaries and lists",
    "ssl": "remove it: TLS is set up already",
    "subprocess": "scripts cannot start programs; do it in Python",
    "tempfile": "use io.StringIO or io.BytesIO",
    "logging.FileHandler": "log to sys.stderr",
    "logging.handlers": "log to sys.stderr",
    "traceback": "use traceback.print_exc() or traceback.format_exc()",
    "typing.get_origin": "remove it",
    "typing.get_type_hints": "remove it",
    "uuid.uuid1": "use uuid.uuid4",
    "warnings.catch_warnings": "use warnings.filterwarnings",
    "concurrent.futures.ProcessPoolExecutor": "use concurrent.futures.ThreadPoolExecutor",
}

ATTRIBUTE_FIXES = {
    "__class__": "use type(value), or type(value).__name__ for its name",
    "__dict__": "name the attributes you need; for data classes use dataclasses.asdict",
    "__traceback__": "print the exception, or use traceback.print_exc()",
    "mro": "use isinstance",
}
