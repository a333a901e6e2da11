"""The journal's long bodies hold what APIs have answered: they go when its entries go, and all of their versions with them."""

from recorded import order, record


def test_long_bodies_go_with_the_journal_and_leave_no_versions_behind() -> None:
    rules = record(order()).one("BucketLifecycleConfiguration", "storage").inputs["rules"]
    (bodies,) = [rule for rule in rules if rule["filter"]["prefix"] == "bodies/"]
    # The journal's entries stay for 90 days (`agentic.runs.journal.KEEP_SECONDS`).
    assert bodies["status"] == "Enabled"
    assert bodies["expiration"] == {"days": 91}
    assert bodies["noncurrentVersionExpiration"] == {"noncurrentDays": 1}
