# attack: many modules read files for other purposes: settings, cookies, certificates, XML, time zones, translations
# expect: validator
# validator: refused
import configparser
import linecache
import sys

CANARY = "CANARY" + "_7f3a"
PATH = "@CANARY_FILE@"


def by_configparser():
    parser = configparser.ConfigParser()
    try:
        if not parser.read(PATH):
            with open(PATH):
                return ""
    except configparser.Error as error:
        return str(error)  # Quotes the line that it did not understand.
    return ""


def by_netrc():
    import netrc

    try:
        netrc.netrc(PATH)
    except netrc.NetrcParseError as error:
        return str(error)
    return ""


def by_xml_entity():
    """An external entity, resolved by a parser that is asked to."""
    import xml.sax

    texts = []

    class Handler(xml.sax.handler.ContentHandler):
        def characters(self, content):
            texts.append(content)

    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.setContentHandler(Handler())
    import io

    parser.parse(io.BytesIO(f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{PATH}">]><a>&e;</a>'.encode()))
    return "".join(texts)


def by_cookies():
    import http.cookiejar

    jar = http.cookiejar.MozillaCookieJar(PATH)
    try:
        jar.load()
    except http.cookiejar.LoadError as error:
        return str(error)
    return ""


def by_logging_config():
    import logging.config

    try:
        logging.config.fileConfig(PATH)
    except Exception as error:
        return str(error)
    return ""


def by_arguments():
    import argparse

    parser = argparse.ArgumentParser(fromfile_prefix_chars="@")
    return str(parser.parse_known_args([chr(64) + PATH]))


def by_mimetypes():
    import mimetypes

    return str(mimetypes.read_mime_types(PATH))


def by_time_zone():
    import zoneinfo

    zoneinfo.reset_tzpath([PATH.rpartition("/")[0]])
    try:
        zoneinfo.ZoneInfo("planted.txt")
    except ValueError as error:
        return str(error)
    return ""


def by_traceback_line():
    return linecache.getline(PATH, 1)


def by_certificate():
    import ssl

    context = ssl.create_default_context()
    context.load_cert_chain(PATH, password=lambda: sys.exit(0))
    return ""


def by_source_of_a_function():
    import inspect

    code = compile("def f(): pass", PATH, "exec")
    names = {"__file__": PATH}
    exec(code, names)
    return inspect.getsource(names["f"])


def by_archive():
    import tarfile

    return str(tarfile.open(PATH).getmembers())


for way in (
    by_configparser, by_netrc, by_xml_entity, by_cookies, by_logging_config, by_arguments, by_mimetypes,
    by_time_zone, by_traceback_line, by_certificate, by_source_of_a_function, by_archive,
):  # fmt: skip
    try:
        text = way()
        if CANARY in text:
            print(f"ESCAPED: {way.__name__} read {text!r}"[:300], flush=True)
    except (Exception, SystemExit) as error:
        print(way.__name__, type(error).__name__, error)
