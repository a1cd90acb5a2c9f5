"""The steps of the reconcile stage, one module each."""
