"""The APIs' secrets, empty: values never enter Pulumi, `agentic keys set` fills them."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

_RECOVERY_DAYS = 30


class ApiSecrets(pulumi.ComponentResource):
    """One secret per API, encrypted with `key_arn`, or with the account's key for secrets.

    Unprotected ones are deleted at once, because a deleted secret blocks its name while it can be recovered.
    """

    names: Mapping[str, pulumi.Output[str]]
    arns: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        secret_names: Mapping[str, str],
        titles: Mapping[str, str],
        protect: bool,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:ApiSecrets", name, None, opts)
        secrets = {
            api: aws.secretsmanager.Secret(
                f"{name}-{api}",
                name=secret_name,
                description=f"Key of {titles[api]}. Set it with: agentic keys set {api}",
                kms_key_id=key_arn,
                recovery_window_in_days=_RECOVERY_DAYS if protect else 0,
                opts=pulumi.ResourceOptions(parent=self, protect=protect),
            )
            for api, secret_name in secret_names.items()
        }
        self.names = {api: secret.name for api, secret in secrets.items()}
        self.arns = {api: secret.arn for api, secret in secrets.items()}
        self.register_outputs({"names": dict(self.names), "arns": dict(self.arns)})
