"""The channels: one folder per kind, all alike, each seeing of the house only router.connector and router.model."""
