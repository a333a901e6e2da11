"""Whether an agent's role may use its model: checked at each invocation, also where another model answers for it here."""

from agentic.local.agents.gateway import PermissionCheck


def check_model(permissions: PermissionCheck, role_arn: str, agent_arn: str, model_id: str, action: str) -> None:
    """Raises RefusedError when the role may not do `action` on the model, in the agent's region and account."""
    for arn in _model_arns(agent_arn, model_id):
        permissions.check(role_arn, action, arn)


def _model_arns(agent_arn: str, model_id: str) -> list[str]:
    """What a call of the model is a call of: for an inference profile, of the profile and of its model here."""
    if model_id.startswith("arn:"):
        return [model_id]
    _, partition, _, region, account, _ = agent_arn.split(":", 5)
    group, _, base = model_id.partition(".")
    provider, dot, _ = base.partition(".")
    if not (dot and provider.isalpha()):  # `provider.model`; a profile has a group of regions before that
        return [f"arn:{partition}:bedrock:{region}::foundation-model/{model_id}"]
    profile = f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{group}.{base}"
    return [profile, f"arn:{partition}:bedrock:{region}::foundation-model/{base}"]
