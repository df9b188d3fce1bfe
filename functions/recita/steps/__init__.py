"""The domain: one module per step, plain functions over models and ports."""
