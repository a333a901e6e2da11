# attack: OpenSSL itself opens files: the key log, certificates, engines and configuration pass by Python's own file functions
# expect: sandbox
# validator: refused
import os
import socket
import ssl


def key_log():
    context = ssl.create_default_context()
    context.keylog_filename = "@WATCH_DIR@/keys"
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with context.wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        print(tls.version())


def key_log_by_the_environment():
    os.environ["SSLKEYLOGFILE"] = "@WATCH_DIR@/keys_by_the_environment"
    ssl.create_default_context()


def certificate_of_a_file():
    # The error's text would tell whether the file is there and begins like a certificate.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_cert_chain("@CANARY_FILE@")
    except FileNotFoundError as error:
        print(error)
    except PermissionError as error:
        print(error)
    except ssl.SSLError as error:
        print("ESCAPED: OpenSSL read the file:", error, flush=True)


def parameters_of_a_file():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_dh_params("@CANARY_FILE@")
    except (FileNotFoundError, PermissionError) as error:
        print(error)
    except ssl.SSLError as error:
        print("ESCAPED: OpenSSL read the file:", error, flush=True)


def decoded_by_the_test_function():
    import _ssl

    try:
        _ssl._test_decode_cert("@CANARY_FILE@")
    except (FileNotFoundError, PermissionError) as error:
        print(error)
    except ssl.SSLError as error:
        text = str(error)
        print(text)
        if "no such file" not in text.lower() and "can't open" not in text.lower():
            print("ESCAPED: OpenSSL read the file:", text, flush=True)


for attempt in (key_log, key_log_by_the_environment, certificate_of_a_file, parameters_of_a_file, decoded_by_the_test_function):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
