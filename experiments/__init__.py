"""One script a question; each ends in ``results/<its name>/`` and is what one copies to ask another."""
