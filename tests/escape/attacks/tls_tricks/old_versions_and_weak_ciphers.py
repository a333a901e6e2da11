# attack: TLS 1.0, anonymous or null ciphers and renegotiation are talked into where a server still knows them
# expect: broker
# validator: refused
import socket
import ssl
import warnings

warnings.simplefilter("ignore")


def shake(context):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    plain.settimeout(0.5)
    with context.wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        return tls.version(), tls.cipher()


def version(number):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = number
    return context


def ciphers(text):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(text)
    return context


for number in (ssl.TLSVersion.SSLv3, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
    try:
        print("ESCAPED: the relay speaks", shake(version(number)), flush=True)
    except (OSError, ValueError) as error:
        print(number.name, error)
for text in (
    "aNULL:@SECLEVEL=0",
    "eNULL:@SECLEVEL=0",
    "RC4:@SECLEVEL=0",
    "DES:3DES:@SECLEVEL=0",
    "EXPORT:@SECLEVEL=0",
    "PSK:@SECLEVEL=0",
):
    try:
        print("ESCAPED: the relay takes", text, shake(ciphers(text)), flush=True)
    except (OSError, ValueError) as error:
        print(text, error)
