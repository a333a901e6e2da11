"""How large one exchange may be. An answer must fit, as base64, into what one Lambda function may return (6 MB)."""

URL_BYTES = 16 * 1024
HEADERS_BYTES = 64 * 1024
BODY_BYTES = 4 * 1024 * 1024
RESPONSE_BYTES = 4 * 1024 * 1024
