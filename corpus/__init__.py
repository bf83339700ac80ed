"""The policy texts as received (sources/) and hand-made corrections (catalog.yaml)."""
