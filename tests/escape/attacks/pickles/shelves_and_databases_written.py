# attack: modules that store objects make files by themselves: shelve, dbm, sqlite3, plistlib, xmlrpc, zip of pickles
# expect: validator
# validator: refused
import os
import pickle
import plistlib

FOLDER = "@WATCH_DIR@"


def by_shelve():
    import shelve

    with shelve.open(f"{FOLDER}/shelf") as shelf:
        shelf["key"] = "value"


def by_dumb_dbm():
    import dbm.dumb

    dbm.dumb.open(f"{FOLDER}/dumb", "c").close()


def by_sqlite():
    import sqlite3

    base = sqlite3.connect(f"file:{FOLDER}/base.db?mode=rwc", uri=True)
    base.execute("create table kept (value)")


def by_attach():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"attach database '{FOLDER}/attached.db' as other").execute("create table other.t (x)")


def by_vacuum():
    import sqlite3

    sqlite3.connect(":memory:").execute(f"vacuum into '{FOLDER}/vacuum.db'")


def by_pickle_dump():
    with open(f"{FOLDER}/pickle", "wb") as file:
        pickle.dump({}, file)


def by_plist():
    with open(f"{FOLDER}/plist", "wb") as file:
        plistlib.dump({}, file)


for way in (by_shelve, by_dumb_dbm, by_sqlite, by_attach, by_vacuum, by_pickle_dump, by_plist):
    try:
        way()
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
try:
    if made := os.listdir(FOLDER):
        print(f"ESCAPED: made {made}", flush=True)
except OSError as error:
    print(error)
