"""For whom the rules are asked, and in which batches: one module for each part of a day."""
