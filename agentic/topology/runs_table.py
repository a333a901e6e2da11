"""The table of run records: the only authority over what a run may do."""

import pulumi
import pulumi_aws as aws


class RunsTable(pulumi.ComponentResource):
    """Items by run and kind of item; the index `recent` lists runs by time; `expires` is when DynamoDB drops an item.

    Encrypted with `key_arn`, or with DynamoDB's key of the account.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        table_name: str,
        protect: bool,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:RunsTable", name, None, opts)
        table = aws.dynamodb.Table(
            name,
            name=table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="run_id",
            range_key="item",
            attributes=[{"name": attribute, "type": "S"} for attribute in ("run_id", "item", "kind", "created_at")],
            global_secondary_indexes=[
                {"name": "recent", "hash_key": "kind", "range_key": "created_at", "projection_type": "ALL"},
            ],
            ttl={"attribute_name": "expires", "enabled": True},
            server_side_encryption={"enabled": True} if key_arn is None else {"enabled": True, "kms_key_arn": key_arn},
            point_in_time_recovery={"enabled": protect},
            deletion_protection_enabled=protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.name = table.name
        self.arn = table.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
