"""The steps of the workflow backend: what its state machine has the tools' functions do, around the tools' own cores."""
