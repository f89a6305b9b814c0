"""The steps of a day, one module each: which members a rule is applied to, and in which batches."""
