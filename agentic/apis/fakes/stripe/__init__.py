"""Our stand-in for Stripe: one store, one file per family of resources. What it leaves out: see `service.StripeFake`."""

from agentic.apis.fakes.stripe.service import ROUTES, StripeFake, fake_stripe

__all__ = ["ROUTES", "StripeFake", "fake_stripe"]
